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

variable "role_arn" {
  description = "The role of the steps."
  type        = string
}

variable "image" {
  description = "The image of the target `lambda`, with its tag or digest."
  type        = string
}

variable "sizes" {
  description = "One function for each size: what its name ends in, and its memory in megabytes."
  type        = map(number)
  default     = { "512" = 512, "2048" = 2048 }
}

variable "scratch_mb" {
  description = "The size of /tmp."
  type        = number
  default     = 1024
}

variable "subnets" {
  description = "Where it has its network interface."
  type        = list(string)
}

variable "security_groups" {
  description = "What it may reach."
  type        = list(string)
}

variable "environment" {
  description = "Plain settings, no secrets."
  type        = map(string)
  default     = {}
}

variable "log_days" {
  description = "How long logs are kept."
  type        = number
  default     = 90
}
