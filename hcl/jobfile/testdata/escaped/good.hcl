job "train" {
  source "local" { command = "true" }
  watcher "loss" {
    pattern = "loss (?P<loss>[0-9.]+) (?P<n>[0-9]+)"
    action "run_command" { command = "loss=$(cat best); echo $${loss} ${loss}; for n in a b; do echo $${n}; done" }
    action "log_event" { message = "$${loss} is ${loss}" }
  }
}
