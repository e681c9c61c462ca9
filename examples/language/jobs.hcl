# The language in one file: `SLACK_URL=… jwhost run jobs.hcl --var out=here`.
# docs/language.md explains every word of it.

# A variable is given on the command line (--var), in a file (--var-file) or as
# JWHOST_VAR_out in the environment.
variable "out" {
  type    = string
  default = "results"
}

# A plugin of a third party, built by
# `(cd ../plugins/jira && go build -o jwhost-plugin-jira)`. Bundled actions
# (run_command, notify, log_event, cancel_job) need no block.
plugin "jira" {
  source = "../plugins/jira" # a folder that holds jwhost-plugin-jira
  grants = ["metrics.read"]  # what it may ask of the host; nothing by default
  config {                   # decoded by the plugin's own schema
    project = "TRAIN"
  }
}

# A watcher outside of jobs is shared: a job lists it in `watchers`.
watcher "oom" {
  pattern = "OutOfMemoryError|memory allocation failed"
  action "run_command" {
    command = "uvx memray tree memory_dump.bin"
  }
  action "jira.ticket" {
    title = "${job.name} is out of memory: ${match.text}"
  }
}

job "prepare" {
  source "local" {
    # var.* is known before anything starts, so it may stand in a job's command.
    command = "uv run python prepare.py ${var.out}"
  }
}

job "train" {
  source "local" {
    command = "uv run python train.py"
  }
  dir        = "train" # working directory, also of the actions
  env        = { WANDB_MODE = "offline" }
  depends_on = [job.prepare]
  time_limit = "12h"
  watchers   = [watcher.oom]

  # Every match is recorded; a capture that can hold nothing but digits and
  # dots may stand even in Python code.
  watcher "metric_extractor" {
    pattern        = "Loss: ([\\d.]+).*Accuracy: ([\\d.]+)" # RE2
    capture_groups = ["loss", "accuracy"]                   # (?P<name>…) works as well
    output_type    = "stdout"                               # stdout, stderr, both (default)
    metrics        = { loss = loss, accuracy = accuracy }

    action "run_command" {
      command = "uv run python -c 'import json; print(json.dumps({\"loss\": ${loss}, \"acc\": ${accuracy}}))' > metrics.json"
    }
  }

  # metric.loss.min is the smallest loss of the lines before this one.
  watcher "diverged" {
    pattern      = "Epoch (?P<epoch>\\d+) Loss: (?P<loss>[\\d.]+)"
    when         = loss > 2 * metric.loss.min && epoch > 3
    cooldown     = "30m"
    max_triggers = 1
    action "notify" {
      url     = secret("SLACK_URL") # environment, file or systemd credential
      message = "diverging at epoch ${epoch}: loss ${loss}"
    }
    action "cancel_job" {}
  }

  # Keeps the latest checkpoint, and acts when the job ends badly.
  watcher "resume" {
    pattern = "saved checkpoint (?P<ckpt>\\S+)"
    on_end {
      states = ["timeout", "failed", "node_fail"]
    }
    action "run_command" {
      argv = ["cp", "--", ckpt, "resume.ckpt"]
    }
  }
}
