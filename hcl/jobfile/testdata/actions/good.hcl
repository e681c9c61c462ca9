plugin "tracker" {
  source = "./tracker"
  grants = ["metrics.read"]
  config {
    project = "T"
    token   = secret("JIRA")
    retries = 3
    labels  = ["a"]
    kind    = "bug"
  }
}

job "train" {
  source "local" { command = "true" }
  env = { A = "1" }
  watcher "loss" {
    pattern = "x (?P<n>\\d+) (?P<word>\\S+)"
    action "run_command" {
      argv  = ["echo", "--", word, "${n}-${word}"]
      stdin = match.line
      env   = { B = word }
      keep  = "tail"
      allow = ["echo"]
      dir   = "sub"
    }
    action "tracker.ticket" {
      summary     = "${word} happened"
      priority    = n + 1
      labels      = ["a", word]
      fields      = { x = word, y = "z" }
      urgent      = true
      due         = "2d"
      when        = n > 3
      concurrency = 4
      timeout     = "1m"
      retry { attempts = 3 }
    }
    action "cancel_job" {}
  }
}
