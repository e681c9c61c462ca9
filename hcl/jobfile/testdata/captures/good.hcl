job "train" {
  source "local" { command = "true" }
  watcher "skip" {
    pattern        = "(\\d+) (\\d+) (?P<named>\\S+)"
    capture_groups = ["_", "second"]
    action "log_event" {
      message = "${c1} ${second} ${c2} ${named} ${c3} ${match.text}"
    }
  }
}
