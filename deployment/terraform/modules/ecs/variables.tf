variable "name" {
  description = "What the names of everything begin with."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}$", var.name))
    error_message = "Small letters, digits and dashes, at most 25."
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts."
  type        = string
}

variable "log_days" {
  description = "How long logs are kept."
  type        = number
  default     = 90
}
