job "train" {
  source "local" { command = "true" }
  watcher "loss" {
    pattern = "loss (?P<loss>[0-9.]+) (?P<n>[0-9]+)"
    action "run_command" { command = "echo $${loss} '$${n}' $${HOME} $${JOB_ID}" }
    action "run_command" { argv = ["echo", "$${loss}"] }
  }
}
