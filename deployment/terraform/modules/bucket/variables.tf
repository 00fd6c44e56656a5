variable "bucket" {
  description = "Its name, one in the whole world."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts."
  type        = string
}

variable "locked" {
  description = "Whether versions of objects can be locked; this cannot be changed later."
  type        = bool
  default     = false
}
