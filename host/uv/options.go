package uv

import "strings"

// The options of `uv run` and `uv tool run`, and uv's own. One that is not in
// these lists makes a command unclear: uv runs it as it was written. A test
// compares the lists with the help of the uv that is installed.
var (
	takesValue = set(`
		--extra --no-extra --group --no-group --only-group --no-editable-package --env-file
		--with --with-editable --with-requirements --from --package --python-platform
		--constraints --constraint --build-constraints --build-constraint --overrides --override
		--torch-backend
		--index --default-index --index-url --extra-index-url --find-links --index-strategy
		--keyring-provider
		--upgrade-package --upgrade-group --resolution --prerelease --prerelease-package
		--fork-strategy --exclude-newer --exclude-newer-package --no-sources-package
		--reinstall-package --link-mode --config-setting --config-settings
		--config-settings-package --no-build-isolation-package --no-build-package
		--no-binary-package --cache-dir --refresh-package --python --python-fetch
		--color --allow-insecure-host --trusted-host --directory --project --config-file
		--preview-features`)

	isFlag = set(`
		--all-extras --no-all-extras --dev --no-dev --only-dev --no-default-groups --all-groups --module
		--no-editable --exact --inexact --no-env-file --isolated --active --no-active --no-sync --locked
		--frozen --script --gui-script --all-packages --no-project --lfs
		--no-index --upgrade --no-upgrade --no-sources --pre
		--reinstall --no-reinstall --force-reinstall --compile-bytecode --no-compile-bytecode --compile
		--no-compile --no-build-isolation --build-isolation --no-build --build --no-binary --binary
		--require-build-hashes --no-require-build-hashes --no-cache --no-cache-dir --refresh
		--no-refresh --managed-python --no-managed-python --no-python-downloads
		--allow-python-downloads
		--quiet --verbose --system-certs --no-system-certs --native-tls --no-native-tls --offline
		--no-offline --no-progress --no-config --preview --no-preview --show-resolution
		--help --version`)

	shortOptions = map[byte]string{
		'm': "--module", 'w': "--with", 's': "--script", 'i': "--index-url", 'f': "--find-links",
		'U': "--upgrade", 'P': "--upgrade-package", 'C': "--config-setting", 'n': "--no-cache",
		'p': "--python", 'q': "--quiet", 'v': "--verbose", 'h': "--help", 'V': "--version",
		'c': "--constraints", 'b': "--build-constraints",
	}
)

func set(names string) map[string]bool {
	s := map[string]bool{}
	for _, name := range strings.Fields(names) {
		s[name] = true
	}
	return s
}
