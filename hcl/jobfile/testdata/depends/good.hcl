job "train" {
  source "local" { command = "true" }
  depends_on = [job.prepare, "${job.load-data}", job["other"]]
}
job "prepare" {
  source "local" { command = "true" }
}
job "load-data" {
  source "local" { command = "true" }
}
job "other" {
  source "local" { command = "true" }
}
