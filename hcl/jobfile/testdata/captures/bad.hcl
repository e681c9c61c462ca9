job "train" {
  source "local" { command = "true" }
  watcher "reserved" {
    pattern        = "(\\d+) (?P<job>\\d+)"
    capture_groups = ["null"]
  }
  watcher "few" {
    pattern        = "(\\d+) (\\d+)"
    capture_groups = ["one"]
  }
  watcher "many" {
    pattern        = "(\\d+)"
    capture_groups = ["one", "two"]
  }
  watcher "twice" {
    pattern        = "(\\d+) (\\d+)"
    capture_groups = ["x", "X"]
  }
  watcher "file" {
    pattern = "(?P<x>\\d+) (?P<x_file>\\d+)"
  }
  watcher "dash" {
    pattern        = "(\\d+)"
    capture_groups = ["a-b"]
  }
}
