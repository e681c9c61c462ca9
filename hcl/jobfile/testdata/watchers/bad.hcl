watcher "oom" {
  pattern = "OutOfMemory ("
}

watcher "unlisted" {
  pattern = "x"
}

watcher "metric" {
  pattern = "x"
  when    = metric.loss.min > 1
}

job "train" {
  source "local" { command = "true" }
  watchers = [watcher.oom, watcher.om, "oom", watcher.metric]
  watcher "end" {
    on_end {
      states = ["timeout", "faild", "timeout"]
    }
    output_type = "stdout"
  }
  watcher "never" {
    on_end {
      states = []
    }
    on_end {}
  }
  watcher "empty" {}
}
