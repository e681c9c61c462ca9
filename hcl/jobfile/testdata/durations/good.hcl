job "train" {
  source "local" { command = "true" }
  time_limit = "2d"
  watcher "loss" {
    pattern  = "x"
    cooldown = "1h30m"
    action "log_event" {
      message = "x"
      timeout = "90s"
      retry {
        attempts = 3
        backoff  = "500ms"
      }
    }
  }
}
