job "train" {
  source "local" { command = "python train.py", pty = true }
  watcher "done" {
    pattern = "done"
    action "log_event" { message = "done" level = "info" }
  }
}
