variable "name" {
  description = "What the names of everything begin with."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}$", var.name))
    error_message = "Small letters, digits and dashes, at most 25."
  }
}

variable "database" {
  description = "Identifier of the database."
  type        = string
}

variable "addresses" {
  description = "Who is told."
  type        = list(string)
  default     = []
}

variable "monthly_usd" {
  description = "What a month may cost before somebody is told; 0 for no budget."
  type        = number
}
