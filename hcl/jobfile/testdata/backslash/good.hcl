job "train" {
  source "local" {
    command = "python train.py"
  }
  watcher "quoted" {
    pattern = "Loss: (?P<loss>[\\d.]+)"
  }
  watcher "heredoc" {
    pattern = <<-EOT
      Loss: (?P<loss>[\d.]+)
    EOT
    when = loss > 2
  }
}
