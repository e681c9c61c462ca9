job "train" {
  source "local" { command = "python train.py" }
  watcher "loss" {
    pattern = "epoch (?P<epoch>\\d+) loss (?P<loss>[\\d.]+) (?P<note>.*)"
    metrics = { loss = loss, half = los / 2 }
    when    = lss > 2 && metric.los.min < 1 && metric.loss.median > 0 && metric.loss > 1
    action "log_event" {
      message = "${HOME} ${LOSS} ${job.nam} ${match} ${prev.los}"
    }
    action "log_event" {
      message = "${HOME} and ${1}, ${USER}x"
      when    = uper(note) == "X"
    }
    action "log_event" {
      message = "${LOSS} ${job.nam} ${match} ${prev.los} ${0} ${loss.x} ${job}"
    }
  }
}

job "other" {
  source "local" { command = "${HOME}/train.py > ${TMPDIR}_x" }
  watcher "uses" {
    pattern = "x"
    when    = metric.loss.min > 0
  }
}
