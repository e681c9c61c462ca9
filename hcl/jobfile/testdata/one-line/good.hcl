job "train" {
  source "local" { command = "python train.py" }
  watcher "done" {
    pattern = "done"
    action "log_event" { message = "done" }
  }
}
