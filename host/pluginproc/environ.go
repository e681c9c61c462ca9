package pluginproc

import (
	"net/url"
	"os"
	"slices"
	"strings"
)

// A plugin's environment is made of these of the host's variables and no
// others: where programs and their caches are, and who and where the user is.
// Secrets reach a plugin as arguments only.
var passed = []string{
	"HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER",
	"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
	"SSL_CERT_DIR", "SSL_CERT_FILE",
	"PYENV_ROOT", "PYENV_VERSION", "PYTHONIOENCODING", "PYTHONUNBUFFERED", "PYTHONUTF8",
	"UV_CACHE_DIR", "UV_COMPILE_BYTECODE", "UV_CONCURRENT_DOWNLOADS", "UV_CONFIG_FILE", "UV_HTTP_TIMEOUT",
	"UV_INSTALL_DIR", "UV_LINK_MODE", "UV_MANAGED_PYTHON", "UV_NATIVE_TLS", "UV_NO_CACHE", "UV_NO_CONFIG",
	"UV_OFFLINE", "UV_PYTHON", "UV_PYTHON_DOWNLOADS", "UV_PYTHON_INSTALL_DIR", "UV_PYTHON_PREFERENCE",
	"UV_SYSTEM_CERTS", "UV_TOOL_DIR",
}

// passedURLs hold URLs, which may hold passwords: only those without one are
// passed.
var passedURLs = []string{
	"ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "all_proxy", "http_proxy", "https_proxy", "no_proxy",
	"UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INDEX", "UV_INDEX_URL",
}

// environ returns the clean environment of a plugin process.
func environ() []string {
	var env []string
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		switch {
		case slices.Contains(passed, name),
			strings.HasPrefix(name, "LC_"),
			slices.Contains(passedURLs, name) && !holdsPassword(value):
			env = append(env, variable)
		}
	}
	return env
}

// holdsPassword reports whether one of a list of URLs has a user in it.
func holdsPassword(list string) bool {
	for _, text := range strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' }) {
		if u, err := url.Parse(text); err != nil || u.User != nil || strings.Contains(text, "@") {
			return true
		}
	}
	return false
}
