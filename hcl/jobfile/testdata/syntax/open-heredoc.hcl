job "first" {
  source "local" {
    command = <<-EOT
      python train.py
    EOT
  }
  watcher "w" {
    pattern = <<EOT
  loss
  }
}

job "second" {
  sourc "local" {
    command = "true"
  }
}
