# A training run that is watched: `jwhost run jobs.hcl`.

job "train" {
  source "local" {
    command = "uv run python train.py"
  }

  # Every line that reports an epoch is recorded.
  watcher "progress" {
    pattern = "epoch (?P<epoch>\\d+) loss (?P<loss>[\\d.]+) accuracy (?P<accuracy>[\\d.]+)"
    metrics = { loss = loss, accuracy = accuracy }
  }

  # Said once, when the loss is low enough.
  watcher "converged" {
    pattern      = "epoch (?P<epoch>\\d+) loss (?P<loss>[\\d.]+)"
    when         = loss < 0.2
    max_triggers = 1
    action "log_event" {
      message = "converged at epoch ${epoch}: loss ${loss}"
    }
  }

  # The model is there: a script of the project looks at it, by uv.
  watcher "saved" {
    pattern = "saved (?P<file>\\S+\\.npz)"
    action "run_command" {
      command = "uv run python report.py -- ${file}"
    }
  }
}
