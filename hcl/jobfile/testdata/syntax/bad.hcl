job "first" {
  source "local" {
    command = 'python train.py'
  }
  nonsense = 1
}

job "second" {
  source "local" {
    comand = "python train.py"
  }
  time_limit = 30m # at most
}
