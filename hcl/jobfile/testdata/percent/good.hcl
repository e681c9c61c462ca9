job "train" {
  source "local" {
    command = "date +%s && curl -w '%%{http_code}' localhost"
  }
  watcher "loss" {
    pattern = "Loss: (?P<loss>[\\d.]+)"
    action "log_event" {
      message = "%{ if loss > 2 }high: ${loss}%{ else }low%{ endif }"
    }
  }
}
