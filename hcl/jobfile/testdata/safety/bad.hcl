variable "script" {
  default = "print('x"
}

job "train" {
  source "local" { command = "true" }
  env = { PYTHONPATH = "lib" }
  watcher "message" {
    pattern = "says \"(?P<msg>.*)\" to (?P<who>\\w+)"
    action "run_command" {
      command = "python -c \"print('${msg}')\""
    }
    action "run_command" {
      command = <<-EOT
        echo start
        python -c "print('${msg}')" &&
          ${who} x
      EOT
    }
    action "run_command" {
      argv = ["sh", "-c", "echo ${msg}"]
    }
    action "run_command" {
      command = "echo $JW_MSG"
    }
    action "run_command" {
      command = "echo 'unclosed"
    }
    action "run_command" {
      command = "ls"
      env     = { BASH_ENV = msg }
    }
    action "run_command" {
      command = "cat && rm -f x"
      allow   = ["cat"]
    }
    action "run_command" {
      argv  = ["python"]
      stdin = "print(${msg})"
    }
    action "run_command" {
      command = "python -c ${upper(msg)}"
    }
  }
}
