job "none" {}

job "both" {
  source "local" {
    command = "true"
    argv    = ["true"]
  }
}

job "neither" {
  source "local" {}
}

job "ssh" {
  source "shh" { command = "true" }
}

job "shell" {
  source "local" { command = "echo 'unclosed && (true" }
}

job "empty" {
  source "local" { command = " " }
}

job "bash" {
  source "local" { command = "a=(1 2); echo $a" }
}

job "argv" {
  source "local" {
    argv = []
    pty  = "yes"
  }
  dir = 5
  env = { "A B" = "x", N = [1] }
}
