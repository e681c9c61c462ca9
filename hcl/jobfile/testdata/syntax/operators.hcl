job "first" {
  source "local" {
    command: "true"
  }
  watcher "w" {
    pattern = "(?P<a>\\d+)"
    when    = a > 1 and a < 3
  }
  watcher "x" {
    pattern = "(?P<a>\\d+)"
    when    = a = 1 or a = 2
  }
}
