job "train" {
  source "local" { command = "true" }
  watcher "x" {
    pattern = "x (?P<word>.*)"
    when    = unsafe(word) == "x"
    action "run_command" {
      argv = ["python", "-c", "print('${unsafe(word)}')"]
    }
    action "log_event" {
      message = "${unsafe(word)}"
    }
    action "run_command" {
      command = "echo ${upper(unsafe(word))}"
    }
  }
}
