job "train" {
  source "local" {
    command = "python train.py"
  }
  watcher "loss" {
    pattern        = "Loss: ([\d.]+)\s+\"(\w+)\""
    capture_groups = ["loss", "word"]
    actoin "log_event" {
      message = "${loss}"
    }
  }
}
