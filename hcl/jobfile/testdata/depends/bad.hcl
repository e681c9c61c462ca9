job "a" {
  source "local" { command = "true" }
  depends_on = [job.b, job.b, job.prepar]
}
job "b" {
  source "local" { command = "true" }
  depends_on = [job.c]
}
job "c" {
  source "local" { command = "true" }
  depends_on = [job.a]
}
job "d" {
  source "local" { command = "true" }
  depends_on = [job.d]
}
job "prepare" {
  source "local" { command = "true" }
  depends_on = ["a", b]
}
job "e" {
  source "local" { command = "true" }
  depends_on = job.a
}
