package uv

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// authorize gives a request the credentials of its URL, of the index where it
// goes to the same host, or of the user's netrc.
func (s *settings) authorize(r *http.Request, index *http.Request) {
	user := r.URL.User
	if user == nil && index != nil && index.URL.Host == r.URL.Host {
		user = index.URL.User
	}
	if user != nil {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
		return
	}
	file := s.env.get("NETRC")
	if file == "" {
		file = filepath.Join(s.env.home(), ".netrc")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return
	}
	if login, password, ok := netrc(string(data), r.URL.Hostname()); ok {
		r.SetBasicAuth(login, password)
	}
}

// netrc finds a machine's entry, or the default one. Macros end at an empty
// line and are passed over.
func netrc(text, machine string) (login, password string, ok bool) {
	var words []string
	macro := false
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if macro = macro && len(fields) > 0; macro {
			continue
		}
		for i, field := range fields {
			if strings.HasPrefix(field, "#") {
				break
			}
			if field == "macdef" && i == 0 {
				macro = true
				break
			}
			words = append(words, field)
		}
	}
	for i := 0; i < len(words); i++ {
		value := ""
		if i+1 < len(words) {
			value = words[i+1]
		}
		switch words[i] {
		case "machine":
			if ok {
				return login, password, true
			}
			ok = value == machine
			i++
		case "default":
			if ok {
				return login, password, true
			}
			ok = true
		case "login", "password", "account":
			if ok && words[i] == "login" {
				login = value
			}
			if ok && words[i] == "password" {
				password = value
			}
			i++
		}
	}
	return login, password, ok
}
