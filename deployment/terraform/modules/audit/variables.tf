variable "bucket" {
  description = "Its name, one in the whole world."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts."
  type        = string
}

variable "retention_days" {
  description = "How long an entry can be neither deleted nor changed."
  type        = number
  default     = 365
}
