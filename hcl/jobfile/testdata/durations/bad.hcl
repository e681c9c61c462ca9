job "train" {
  source "local" { command = "true" }
  time_limit = 12
  watcher "loss" {
    pattern  = "x"
    cooldown = "-5m"
    action "log_event" {
      message = "x"
      timeout = "five minutes"
    }
    action "log_event" {
      message = "x"
      timeout = true
      retry {
        attempts = 3
        backoff  = "0s"
      }
    }
  }
}
