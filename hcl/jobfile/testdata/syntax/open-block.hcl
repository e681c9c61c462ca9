job "first" {
  source "local" {
    command = "true"

  watcher "w" {
    pattern = "x"
  }
}

job "second" {
  sourc "local" {
    command = "true"
  }
  depends_on = [job.first]
}
