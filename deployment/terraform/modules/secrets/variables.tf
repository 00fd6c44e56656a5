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

variable "secrets" {
  description = "Names of secrets and what they are for. Their values are put in by hand: none passes through Terraform."
  type        = map(string)
}

variable "recovery_days" {
  description = "How long a deleted secret can be had back; 0 for not at all."
  type        = number
  default     = 14
}
