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

variable "images" {
  description = "The images."
  type        = set(string)
  default     = ["platform", "lambda"]
}

variable "kept" {
  description = "How many versions of each are kept."
  type        = number
  default     = 30
}
