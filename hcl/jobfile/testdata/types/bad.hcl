variable "word" {
  default = "x"
}

job "train" {
  source "local" { command = "python train.py" }
  watcher "loss" {
    pattern      = "(?P<name>\\S+) (?P<loss>[\\d.]+)"
    max_triggers = 0
    when         = name > 3
    action "log_event" {
      message = ["a", "b"]
      when    = name == 3 || loss == "high"
    }
    action "log_event" {
      message = "x"
      when    = loss
    }
    action "log_event" {
      message = "x"
      when    = abs(name) > 1 && loss * 2 && !loss
    }
    action "log_event" {
      message = "x"
      when    = try(name + 1, 0) > 0 && var.word < 3 && true == loss
    }
    action "log_event" {
      message     = "x"
      concurrency = 1.5
      retry {
        attempts = "3"
      }
    }
    action "log_event" {
      message = "${substr(name)} ${upper(name, name)}"
    }
  }
  watcher "other" {
    pattern        = ["x"]
    output_type    = "stdot"
    capture_groups = "x"
  }
  watcher "third" {
    pattern        = 5
    capture_groups = [1]
    metrics        = [1]
    max_triggers   = "1"
  }
}
