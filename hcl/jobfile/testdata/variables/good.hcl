variable "out" {
  type        = string
  default     = "results"
  description = "Where results go."
}

variable "sizes" {
  type    = list(number)
  default = [1, 2]
}

locals {
  where = "${var.out}/${local.size}"
  size  = join("-", var.sizes)
}

job "train" {
  source "local" {
    command = "python train.py ${local.where}"
  }
  dir = local.where
}
