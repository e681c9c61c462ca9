plugin "missing" {
  source = "./nowhere"
}
plugin "greedy" {
  source = "./greedy"
}
plugin "bare" {
  source = "tracker"
}
plugin "tracker" {
  source = "./tracker"
  grants = ["metric.read"]
  config {
    projekt = "T"
    retries = "3"
    token   = "x${secret("T")}"
    kind    = "bgu"
    nested {}
  }
}
plugin "nosource" {}

job "train" {
  source "local" { command = "true" }
  watcher "x" {
    pattern = "x"
    action "missing.thing" { anything = 1 }
    action "greedy.take" { durable = true }
  }
}
