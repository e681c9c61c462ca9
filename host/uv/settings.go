package uv

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// defaultIndex is the index that pip and uv ask where nothing else is set.
const defaultIndex = "https://pypi.org/simple"

// settings say where packages come from and how to get there, by the
// variables and files of uv, then by those of pip.
type settings struct {
	env       environ
	indexes   []string // to ask one after the other
	findLinks []string // folders, file: and http: pages to look in first
	certs     []string // files of certificates to trust besides the system's
	insecure  []string // hosts whose certificate is not looked at
	proxy     string   // "": by the environment
}

// readSettings reads them. The error is about a file that was asked for and
// cannot be read.
func readSettings(env []string) (*settings, error) {
	e := environ(env)
	s := &settings{env: e}
	uv, err := readUVSettings(e)
	if err != nil {
		return nil, err
	}
	pip, err := readPipSettings(e)
	if err != nil {
		return nil, err
	}
	s.indexes = []string{firstOf(
		e.first("UV_DEFAULT_INDEX", "UV_INDEX_URL"), uv.index, pip.last("index-url"), defaultIndex)}
	s.indexes = append(s.indexes, strings.Fields(e.get("UV_INDEX"))...)
	s.indexes = append(s.indexes, strings.Fields(e.get("UV_EXTRA_INDEX_URL"))...)
	s.indexes = append(s.indexes, uv.extra...)
	s.indexes = append(s.indexes, pip.fields("extra-index-url")...)
	if uv.noIndex || truth(pip.last("no-index")) {
		s.indexes = nil
	}
	for i, index := range s.indexes {
		s.indexes[i] = strings.TrimSuffix(s.withCredentials(index), "/")
	}
	links := strings.FieldsFunc(e.get("UV_FIND_LINKS"), func(r rune) bool { return r == ',' || r == ' ' })
	s.findLinks = slices.Concat(links, uv.findLinks, pip.fields("find-links"))
	s.certs = slices.DeleteFunc([]string{e.get("SSL_CERT_FILE"), pip.last("cert"), e.get("REQUESTS_CA_BUNDLE"), e.get("CURL_CA_BUNDLE")},
		func(path string) bool { return path == "" })
	s.insecure = slices.Concat(strings.Fields(e.get("UV_INSECURE_HOST")), uv.insecure, pip.fields("trusted-host"))
	s.proxy = pip.last("proxy")
	return s, nil
}

// named is the form NAME=URL of uv's own variables.
var named = regexp.MustCompile(`^([A-Za-z0-9_.-]+)=(.*)$`)

// withCredentials takes the name off an index and adds the credentials that uv
// has for that name.
func (s *settings) withCredentials(index string) string {
	m := named.FindStringSubmatch(index)
	if m == nil {
		return index
	}
	name := strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(m[1]))
	user, password := s.env.get("UV_INDEX_"+name+"_USERNAME"), s.env.get("UV_INDEX_"+name+"_PASSWORD")
	u, err := url.Parse(m[2])
	if err != nil || u.User != nil || user == "" && password == "" {
		return m[2]
	}
	u.User = url.UserPassword(user, password)
	return u.String()
}

// uvSettings are those of uv.toml.
type uvSettings struct {
	index     string
	extra     []string
	findLinks []string
	insecure  []string
	noIndex   bool
}

func readUVSettings(env environ) (uvSettings, error) {
	var s uvSettings
	if truth(env.get("UV_NO_CONFIG")) {
		return s, nil
	}
	files := []string{"/etc/uv/uv.toml"}
	if dir := env.config(); dir != "" {
		files = []string{filepath.Join(dir, "uv", "uv.toml"), "/etc/uv/uv.toml"} // the user's counts more
	}
	asked := env.get("UV_CONFIG_FILE")
	if asked != "" {
		files = []string{asked}
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			if asked != "" {
				return s, fmt.Errorf("UV_CONFIG_FILE: %w", err)
			}
			continue
		}
		doc, err := parseTOML(data)
		if err != nil {
			return s, fmt.Errorf("%s: %w", file, err)
		}
		s.read(doc)
	}
	return s, nil
}

func (s *uvSettings) read(doc *document) {
	for _, table := range doc.tables {
		if !strings.HasPrefix(table.table, "index#") {
			continue
		}
		address, _ := doc.get(table.table, "url")
		name, _ := doc.get(table.table, "name")
		isDefault, _ := doc.get(table.table, "default")
		explicit, _ := doc.get(table.table, "explicit")
		text := address.text
		if name.text != "" {
			text = name.text + "=" + text
		}
		switch {
		case text == "" || truth(explicit.text):
		case truth(isDefault.text):
			s.index = firstOf(s.index, text)
		default:
			s.extra = append(s.extra, text)
		}
	}
	for _, table := range []string{"", "pip"} {
		index, _ := doc.get(table, "index-url")
		extra, _ := doc.get(table, "extra-index-url")
		links, _ := doc.get(table, "find-links")
		no, _ := doc.get(table, "no-index")
		s.index = firstOf(s.index, index.text)
		s.extra = append(s.extra, extra.list...)
		s.findLinks = append(s.findLinks, links.list...)
		s.noIndex = s.noIndex || truth(no.text)
	}
	insecure, _ := doc.get("", "allow-insecure-host")
	s.insecure = append(s.insecure, insecure.list...)
}

// pipSettings are those of pip.conf and pip's variables: all values of a key,
// the last one counts.
type pipSettings map[string][]string

func (s pipSettings) last(key string) string {
	if values := s[key]; len(values) > 0 {
		return values[len(values)-1]
	}
	return ""
}

func (s pipSettings) fields(key string) []string { return strings.Fields(s.last(key)) }

// readPipSettings reads pip's files, global, user, site and $PIP_CONFIG_FILE,
// then its variables.
func readPipSettings(env environ) (pipSettings, error) {
	s := pipSettings{}
	asked := env.get("PIP_CONFIG_FILE")
	files := []string{"/etc/xdg/pip/pip.conf", "/etc/pip.conf"}
	if home := env.home(); home != "" {
		files = append(files, filepath.Join(home, ".pip", "pip.conf"),
			filepath.Join(home, "Library", "Application Support", "pip", "pip.conf"))
	}
	if dir := env.config(); dir != "" {
		files = append(files, filepath.Join(dir, "pip", "pip.conf"))
	}
	if dir := env.get("VIRTUAL_ENV"); dir != "" {
		files = append(files, filepath.Join(dir, "pip.conf"))
	}
	switch asked {
	case "":
	case os.DevNull:
		files = nil
	default:
		files = append(files, asked)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		switch {
		case err == nil:
			s.read(data)
		case file == asked && !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("PIP_CONFIG_FILE: %w", err)
		}
	}
	for _, setting := range env {
		name, value, _ := strings.Cut(setting, "=")
		if key, ok := strings.CutPrefix(name, "PIP_"); ok && value != "" {
			key = strings.ReplaceAll(strings.ToLower(key), "_", "-")
			s[key] = append(s[key], value)
		}
	}
	return s, nil
}

// read reads an INI file as pip does: [global] and the commands' sections, a
// value goes on in lines that are indented.
func (s pipSettings) read(data []byte) {
	lines := bufio.NewScanner(bytes.NewReader(data))
	section, key := "", ""
	for lines.Scan() {
		line := lines.Text()
		text := strings.TrimSpace(line)
		switch {
		case text == "" || text[0] == '#' || text[0] == ';':
		case text[0] == '[':
			section, key = strings.Trim(text, "[]"), ""
		case section != "global" && section != "install" && section != "download":
		case (line[0] == ' ' || line[0] == '\t') && key != "":
			values := s[key]
			values[len(values)-1] += "\n" + text
		default:
			name, value, ok := strings.Cut(text, "=")
			if !ok {
				name, value, _ = strings.Cut(text, ":")
			}
			key = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "_", "-")
			s[key] = append(s[key], strings.TrimSpace(value))
		}
	}
}

// client returns a client that goes the way the settings say.
func (s *settings) client() (*http.Client, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	for _, file := range s.certs {
		data, err := os.ReadFile(s.env.expand(file))
		if err != nil {
			return nil, fmt.Errorf("certificates to trust: %w", err)
		}
		roots.AppendCertsFromPEM(data)
	}
	proxy := httpproxy.Config{
		HTTPProxy:  s.env.first("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"),
		HTTPSProxy: s.env.first("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
		NoProxy:    s.env.first("no_proxy", "NO_PROXY"),
	}
	if s.proxy != "" {
		proxy.HTTPProxy, proxy.HTTPSProxy = s.proxy, s.proxy
	}
	choose := proxy.ProxyFunc()
	transport := &http.Transport{
		Proxy:                 func(r *http.Request) (*url.URL, error) { return choose(r.URL) },
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{RootCAs: roots},
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: 60 * time.Second,
		ForceAttemptHTTP2:     true,
	}
	transport.RegisterProtocol("file", http.NewFileTransport(http.Dir("/")))
	open := transport.Clone()
	open.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // the user's own list of hosts; the wheel's hash is checked
	return &http.Client{Transport: &byHost{transport, open, s.insecure}}, nil
}

// byHost takes another transport for the hosts that the user trusts blindly.
type byHost struct {
	strict, open *http.Transport
	hosts        []string
}

func (b *byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if slices.Contains(b.hosts, r.URL.Host) || slices.Contains(b.hosts, r.URL.Hostname()) {
		return b.open.RoundTrip(r)
	}
	return b.strict.RoundTrip(r)
}

// CloseIdleConnections is for http.Client's method of that name.
func (b *byHost) CloseIdleConnections() {
	b.strict.CloseIdleConnections()
	b.open.CloseIdleConnections()
}
