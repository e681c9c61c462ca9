plugin "tracker" {
  source = "./tracker"
  grants = ["metrics.read"]
  config { project = "T" }
}

job "train" {
  source "local" { command = "true" }
  watcher "loss" {
    pattern = "x"
    action "run_comand" { command = "true" }
    action "ticket" { summary = "x" }
    action "tracker.tickt" { summary = "x" }
    action "trakcer.ticket" { summary = "x" }
    action "run_command" {}
    action "run_command" {
      command = "true"
      argv    = ["true"]
    }
    action "run_command" {
      argv  = []
      shell = "zsh"
    }
    action "run_command" {
      argv  = ["x"]
      shell = "bash"
      env   = { "A=B" = "x", JW_X = "y", JOB_ID = "z" }
    }
    action "notify" { message = "x" }
    action "log_event" {
      message = "x"
      level   = "warn"
    }
    action "cancel_job" { reason = "x" }
    action "resubmit" {}
    action "tracker.ticket" {
      summary  = "x"
      priority = "high"
      labels   = "a"
      fields   = ["a"]
      urgent   = "yes"
      due      = 5
    }
    action "log_event" {
      message = "x"
      retry "x" { attempts = 2 }
    }
    action "log_event" {
      message = "x"
      retry { attempts = 0 }
      retry {}
    }
  }
}
