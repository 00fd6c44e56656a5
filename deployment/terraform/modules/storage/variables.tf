variable "bucket" {
  description = "Its name, one in the whole world."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts."
  type        = string
}

variable "old_versions_days" {
  description = "How long an overwritten or deleted object can be had back."
  type        = number
  default     = 30
}

variable "cool_after_days" {
  description = "For a layer, after how many days its files go to infrequent access."
  type        = map(number)
  default     = { bronze = 90 }
}
