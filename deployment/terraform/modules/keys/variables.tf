variable "name" {
  description = "What the names of everything begin with."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}$", var.name))
    error_message = "Small letters, digits and dashes, at most 25."
  }
}

variable "region" {
  description = "The region, for the service that writes logs."
  type        = string
}
