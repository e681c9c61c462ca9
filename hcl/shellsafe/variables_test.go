package shellsafe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVariables(t *testing.T) {
	seen := map[string]bool{}
	for line := range strings.Lines(codeVariables) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, _ := strings.Cut(line, " ")
		if strings.TrimSpace(reason) == "" {
			t.Errorf("%s: no reason", name)
		}
		if seen[name] {
			t.Errorf("%s: a second line", name)
		}
		seen[name] = true
		name = strings.ReplaceAll(name, "*", "X")
		if !codeVariable(name) || whyVariable(name) != strings.TrimSpace(reason) {
			t.Errorf("%s: %q, want %q", name, whyVariable(name), reason)
		}
		argv := []string{"env", name + "=" + mark, "true"}
		if _, ok := admitted(argumentsOf(argv), "/x"); ok {
			t.Errorf("env lets captured text through into %s", name)
		}
	}
	for _, name := range []string{
		"LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONINSPECT", "PERL5OPT", "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT",
		"UV_INDEX_URL", "PIP_INDEX_URL", "BASH_FUNC_ls%%", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "RUBYLIB", "PROMPT_COMMAND",
	} {
		if !codeVariable(name) {
			t.Errorf("%s is not known", name)
		}
	}
	for _, name := range []string{"", "A", "LOSS", "WANDB_MODE", "RESUME", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "PATHS", "MY_PATH", "USER", "LANG"} {
		if codeVariable(name) {
			t.Errorf("%s is called %q", name, whyVariable(name))
		}
	}
}

// TestVariablesRun shows that a value does become code in some of them.
func TestVariablesRun(t *testing.T) {
	for _, tt := range []struct{ variable, command string }{
		{"BASH_ENV=./evil.sh", "bash -c :"},
		{"PATH=evilbin", "/usr/bin/env ls"},
		{"BASH_FUNC_ls%%=() { touch pwned; }", "bash -c ls"},
		{"PYTHONPATH=py", "python3 -c pass"},
		{"PERL5OPT=-Mevil", "perl -I. -e 1"},
		{"NODE_OPTIONS=--require=./evil.js", "node -e 1"},
		{"RUBYOPT=-r./evil.rb", "ruby -e 1"},
		{"GIT_SSH_COMMAND=touch pwned;", "git ls-remote ssh://host/x"},
		{"GIT_EXTERNAL_DIFF=./evil", "git diff --no-index --ext-diff in Makefile"},
		{"MAKEFILES=evil.make", "make"},
		{"TAR_OPTIONS=--checkpoint=1 --checkpoint-action=exec=./evil", "tar cf a in"},
		{"LESSOPEN=|touch pwned %s", "less in"},
		{"EDITOR=touch pwned;", "git -c user.name=a -c user.email=a@b config --file in -e"},
	} {
		t.Run(tt.variable, func(t *testing.T) {
			t.Parallel()
			argv := strings.Fields(tt.command)
			needs(t, argv[0])
			name, _, _ := strings.Cut(tt.variable, "=")
			if !codeVariable(name) {
				t.Errorf("%s is not known", name)
			}
			dir := t.TempDir()
			for file, text := range map[string]string{
				"py/sitecustomize.py": hostile["python"], "evil.pm": "open(F, '>pwned'); 1;",
				"evil.js": hostile["node"], "evil.rb": hostile["ruby"],
			} {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if harm, out := attempt(t, dir, "", append([]string{"/usr/bin/env", tt.variable}, argv...)...); !harm {
				t.Errorf("%s does no harm to %s\n%s", tt.variable, tt.command, out)
			}
		})
	}
}
