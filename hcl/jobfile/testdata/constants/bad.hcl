plugin "tracker" {
  source = "./${job.name}"
  grants = ["metrics.read"]
  config { project = "T" }
}

job "train" {
  source "local" {
    command = "python train.py ${JOB_ID}"
  }
  dir = "runs/${match.line}"
  watcher "loss" {
    pattern  = "(?P<name>\\S+) (?P<loss>[\\d.]+)"
    cooldown = "${c1}m"
    action "notify" {
      url     = "slack://${name}"
      message = name
      level   = name
    }
    action "run_command" {
      argv  = ["ls", name]
      dir   = name
      allow = [name]
    }
  }
}
