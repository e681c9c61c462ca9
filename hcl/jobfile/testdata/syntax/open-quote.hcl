job "first" {
  source "local" {
    command = "python train.py
  }
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

job "third" {
  source "local" { command = "true" }
  watcher "däne" {
    pattern = "a %{x}"
    action "log_event" {
      message = "ä ${loss %{ \"x\" $${y}"
    }
  }
}
