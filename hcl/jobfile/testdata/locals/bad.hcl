locals {
  a = local.b
  b = "${local.c}x"
  c = upper(local.a)
  d = loss
  e = local.f
}

job "train" {
  source "local" { command = "echo ${local.a} ${local.g}" }
}
