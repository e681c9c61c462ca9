# Faults of every kind, said all at once.

variable "out" {
  type = string
}

job "prepare" {
  source "local" { command = "python prepare.py", pty = true }
  depends_on = [job.train]
}

job "train" {
  source "local" {
    comand = "python train.py"
  }
  depends_on = [job.prepare]
  time_limit = 12

  watcher "escape" {
    pattern = "Loss: (\d+)"
    when    = los > 1
    action "log_event" {
      mesage = "${loss}"
    }
  }

  watcher "paren" {
    pattern        = "Epoch (\\d+"
    capture_groups = ["epoch"]
    when           = epoch > 1 && metric.loss.min > 0 && metrc.loss.min > 0
    cooldown       = 30
    action "run_command" {
      command = "echo ${epoch} ${epoch.x} ${job.nme}"
      timout  = "5s"
    }
    action "notfy" {}
  }

  watcher "code" {
    pattern = "says (?P<msg>.*)"
    when    = msg > 3
    action "run_command" {
      command = "python -c 'print(\"${msg}\")'"
    }
  }
}
