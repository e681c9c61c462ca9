title = "training"

jobs "train" {}

job {
  source "local" { command = "true" }
}

job "train" "again" {
  source "local" { command = "true" }
}

job "train" {
  source "local" {
    command = "python train.py"
    shell   = "bash"
  }
  depend_on = []
  source    = "local"
  env {
    A = "b"
  }
  watcher "loss" {
    patern       = "x"
    output_typ   = "stdout"
    exclude      = "warning"
    max_triggers = 1
    on_ends {}
    action "log_event" {
      mesage  = "x"
      durable = true
    }
  }
}
