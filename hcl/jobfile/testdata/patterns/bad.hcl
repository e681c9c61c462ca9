variable "word" {
  default = "a(b"
}

job "train" {
  source "local" { command = "true" }
  watcher "paren" {
    pattern = "Loss: ([\\d.]+"
  }
  watcher "class" {
    pattern = "\"Epoch\\s\" [z-a] loss"
  }
  watcher "look" {
    pattern = "epoch (?=x)"
  }
  watcher "heredoc" {
    pattern = <<-EOT
      Loss: \d+ (?P<loss>[\d.]+ x
    EOT
  }
  watcher "variable" {
    pattern = "x ${var.word} y"
  }
  watcher "capture" {
    pattern = "x ${loss}"
  }
  watcher "nothing" {
    when = true
  }
}
