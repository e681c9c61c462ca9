job "1st" {
  source "local" { command = "true" }
  dir = train
  watcher "ü" {
    pattern     = ""
    output_type = both
    when        = null
    on_end "x" {}
    action {}
  }
  watcher "digits" {
    pattern = "\\d*|(x)"
    action "log_event" { message = "${c2} ${prev.y}" }
    action "log_event" { message = null }
    action "run_command" { argv = ["", ""] }
    action "run_command" { command = "" }
  }
  watcher "misspelt" {
    patern = "(?P<loss>[0-9.]+)"
    when   = loss > 1
  }
  watcher "nothing" {
    output_type = "stdout"
    when        = loss > 1
  }
  watcher "plain" {
    pattern = "x"
    action "log_event" { message = "${prev.x} ${c1}" }
    action "run_command" {
      command = "ls ${HOME} ${JOB_ID} ${TMPDIR}x"
      env     = { A = secret(NAME) }
    }
  }
}
