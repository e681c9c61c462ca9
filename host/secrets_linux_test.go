package host

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/secret"
)

// TestSecretsAreInNoEvent sends a secret every way that there is: the host's
// environment, the job's, an action's, its standard input and its arguments,
// and lets jobs, commands and plugins tell it wherever they can.
func TestSecretsAreInNoEvent(t *testing.T) {
	const token = "s3cr3t-of-the-house"
	t.Setenv("TOKEN", token)
	t.Setenv("LATER", "t0ken-that-no-action-has-asked-for-yet")
	text := `
job "j" {
  source "local" {
    command = <<-X
      echo "from the host: $TOKEN, $LATER"
      echo "from the job: $MINE" >&2
      printf 'x%s \033[1m%s\033[0m\rstate %s\n' "$TOKEN" "$TOKEN" "$TOKEN"
      echo "near $(printf '%0190d' 0)$TOKEN"
    X
  }
  env = { MINE = secret("TOKEN") }
  watcher "captured" {
    pattern = "from the (?P<who>\\w+): (?P<token>\\S+)"
    action "run_command" {
      command = "echo ${token} \"$T\"; cat; exit 3"
      env     = { T = secret("TOKEN") }
      stdin   = "stdin ${secret("TOKEN")}"
    }
    action "run_command" {
      command      = "printf '0123456789%s' \"$T\"; exit 3"
      env          = { T = secret("TOKEN") }
      output_limit = 18
    }
    action "run_command" {
      command      = "printf '%s0123456789' \"$T\""
      env          = { T = secret("TOKEN") }
      output_limit = 18
      keep         = "tail"
    }
    action "fail" {
      text = secret("TOKEN")
    }
    action "fail" {
      text = secret("TOKEN")
      cut  = true
    }
    action "fail" {
      text = secret("TOKEN")
      die  = true
    }
    action "log_event" {
      message = "${match.line}"
    }
    action "cancel_job" {
      reason = token
    }
  }
  watcher "later" {
    on_end {
      states = ["timeout"]
    }
    action "fail" {
      text = secret("LATER")
    }
  }
  watcher "near" {
    pattern = "near [a-z]"
  }
}`
	secrets := secret.New(os.Getenv)
	var log strings.Builder
	tr := start(t, text, withOutput, func(o *Options) {
		o.Secrets = secrets
		o.Log = hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: secrets.Writer(&log)})
	})
	tr.end()
	if got := tr.all(of(event.ActionFinished)); len(got) != 16 {
		t.Fatalf("%d attempts, want 16", len(got))
	}
	if n := len(tr.all(of(event.PluginExited))); n < 3 {
		t.Errorf("%d plugin processes have ended: none died of its secret", n)
	}
	masked := 0
	for _, e := range tr.events {
		// What surfaces read, and what they are told beside it.
		for _, text := range []string{string(e.AppendJSON(nil)), string(e.Raw), e.Reason, brief(e)} {
			for _, part := range []string{token, "s3cr", "the-house", "t0ken"} {
				if strings.Contains(text, part) {
					t.Errorf("%s tells %q: %s", e.Type, part, text)
				}
			}
			if strings.Contains(text, secret.Mask) {
				masked++
			}
		}
	}
	if masked < 50 {
		t.Errorf("%d texts are masked: the test shows little", masked)
	}
	if !strings.Contains(log.String(), "warning "+secret.Mask) || strings.Contains(log.String(), token) {
		t.Errorf("the log: %s", log.String())
	}
	if near := tr.all(both(of(event.Warning), by("near"))); len(near) != 1 || !strings.HasSuffix(near[0].Message, "0"+secret.Mask) {
		t.Errorf("the nearest line, cut amid a secret: %v", near)
	}
	// Nor is it in a command line or in what stays in the run's folder, but for
	// the output itself.
	err := filepath.WalkDir(tr.result.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		output := d.Name() == "output" || d.Name() == "out" || d.Name() == "err"
		if !output && strings.Contains(string(b), token) {
			t.Errorf("%s holds it", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
