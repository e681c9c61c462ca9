//go:build !unix

package sdk

// divertStdout does nothing: go-plugin diverts os.Stdout after the handshake,
// and descriptors of children are not inherited by number here.
func divertStdout() error { return nil }
