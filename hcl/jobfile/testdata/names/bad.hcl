variable "2x" {
  default = 1
}

plugin "run_command" {
  source = "./tracker"
}

watcher "name" {
  pattern = "x"
}

watcher "tri ggers" {
  pattern = "x"
}

job "exit_code" {
  source "local" { command = "true" }
  watchers = [watcher.name]
}

job "a/b" {
  source "local" { command = "true" }
}
