// Package handshake holds what host and plugin must agree on before they can
// talk: the words of go-plugin's handshake, the protocol's version, the limits
// of gRPC, the environment of a plugin process.
package handshake

// Version is the version of this jwhost and of the SDK that comes with it.
const Version = "0.1.0"

// Protocol is the version of the contract that is negotiated at the start of a
// plugin: jwhost.plugin.v1.
const Protocol = 1

// CookieKey and CookieValue are an environment variable and its value by which
// a program knows that a host started it, and not a person.
const (
	CookieKey   = "JWHOST_PLUGIN"
	CookieValue = "a8f06bd7c6d14bd4"
)

// Name is the name under which go-plugin knows the one service.
const Name = "jwhost"

// MaxMessage is the size limit of every gRPC message, either way, in bytes.
const MaxMessage = 16 << 20

// LifelineEnv names the variable with the number of an open file descriptor:
// the read end of a pipe whose write end only the host holds. Its end of file
// means that the host is gone; the plugin must exit.
const LifelineEnv = "JWHOST_LIFELINE"

// LogLevelEnv names the variable with the level that the host logs at: trace,
// debug, info, warn, error or off.
const LogLevelEnv = "JWHOST_LOG_LEVEL"

// ExecutablePrefix begins the name of a plugin's executable in a folder; the
// plugin's name follows.
const ExecutablePrefix = "jwhost-plugin-"

// ServeArgs returns the arguments with which a jwhost binary serves one of its
// bundled plugins.
func ServeArgs(name string) []string { return []string{"plugin", "serve", name} }
