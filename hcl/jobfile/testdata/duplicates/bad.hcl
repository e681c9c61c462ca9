variable "x" {
  default = 1
}
variable "x" {
  default = 2
}
locals {
  y = 1
}
locals {
  y = 2
}
watcher "oom" {
  pattern = "OutOfMemory"
}
watcher "oom" {
  pattern = "OOM"
}
job "train" {
  source "local" { command = "true" }
  source "local" { command = "false" }
  env      = { A = "1", A = "2" }
  watchers = [watcher.oom, watcher.oom]
  watcher "oom" {
    pattern = "x"
  }
}
job "train" {
  source "local" { command = "true" }
}
