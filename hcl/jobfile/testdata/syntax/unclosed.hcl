job "first" {
  source "local" {
    command = "python train.py"
  }

job "second" {
  source "local" {
    command = "python train.py"
  }
}
