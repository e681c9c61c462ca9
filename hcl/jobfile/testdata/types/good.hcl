job "train" {
  source "local" { command = "python train.py" }
  watcher "loss" {
    pattern = "(?P<name>\\S+) (?P<loss>[\\d.]+)"
    metrics = { loss = loss, named = name, both = loss * 2 }
    when = (tonumber(name) > 3 || name == "x") && (metric.loss.count == 0 || loss > 2 * metric.loss.min)
    action "log_event" {
      message = "${loss > 2 ? loss : "low"} ${isnan(loss)}"
      when    = try(prev.loss, 0) < loss && metric.loss.last != null
    }
  }
}
