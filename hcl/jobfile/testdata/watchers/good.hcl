watcher "oom" {
  pattern = "OutOfMemory"
  when    = metric.loss.count > 1
}

job "train" {
  source "local" { command = "true" }
  watchers = [watcher.oom]
  watcher "loss" {
    pattern = "loss (?P<loss>\\d+)"
    metrics = { loss = loss }
  }
  watcher "end" {
    on_end {}
    action "log_event" {
      message = "ended: ${job.state} ${job.exit_code} ${watcher.triggers}"
    }
  }
}

job "other" {
  source "local" { argv = ["true"] }
  watchers = ["${watcher.oom}"]
  watcher "loss" {
    pattern = "loss (?P<loss>\\d+)"
    metrics = { "loss" = loss * 2 }
  }
}
