variable "count" {
  type    = number
  default = "many"
}

variable "missing" {
  type = string
}

variable "odd" {
  type      = strng
  sensitive = true
}

variable "late" {
  default = var.missing
}

job "train" {
  source "local" {
    command = "python train.py ${var.cuont} ${var.missing} ${var.missing.x}"
  }
  dir = local.where
}
