// Package proto_test holds the contract to its rules.
package proto_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// buf runs the tool of .ci/tools.mod at the top of the tree. It takes minutes
// to build, so only where all is required.
func buf(t *testing.T, args ...string) {
	t.Helper()
	if os.Getenv("JWHOST_REQUIRE_ALL") == "" {
		t.Skip("builds buf; runs with JWHOST_REQUIRE_ALL=1")
	}
	cmd := exec.Command("go", append([]string{"tool", "-modfile=.ci/tools.mod", "buf"}, args...)...)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
}

func TestLint(t *testing.T) { buf(t, "lint") }

// Plugins that were built with the contract as it was committed go on working.
func TestBreaking(t *testing.T) {
	against := "HEAD"
	if exec.Command("git", "rev-parse", "--verify", "--quiet", "main").Run() == nil {
		against = "main"
	}
	buf(t, "breaking", "--against", ".git#ref="+against)
}

func TestGeneratedCodeIsFresh(t *testing.T) {
	fresh := t.TempDir()
	buf(t, "generate", "--output", fresh)
	for _, name := range []string{"plugin.pb.go", "plugin_grpc.pb.go"} {
		path := filepath.Join("jwhost", "plugin", "v1", name)
		want, err1 := os.ReadFile(filepath.Join(fresh, "shared", "proto", path))
		got, err2 := os.ReadFile(path)
		if err1 != nil || err2 != nil || string(got) != string(want) {
			t.Errorf("%s is not what the proto makes: make generate (%v, %v)", path, err1, err2)
		}
	}
}
