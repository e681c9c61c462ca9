variable "which" {
  default = "A"
}

job "train" {
  source "local" {
    command = "python train.py ${secret("TOKEN")}"
  }
  dir = secret("X")
  watcher "loss" {
    pattern = "x ${secret("X")}"
    when    = secret("X") == "y"
    action "notify" {
      url     = secret(var.which)
      message = secret("X")
    }
    action "run_command" {
      command = "curl -H ${secret("TOKEN")} x"
      env     = { TOKEN = "Bearer ${secret("TOKEN")}" }
      stdin   = secret()
    }
  }
}
