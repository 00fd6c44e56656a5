variable "name" {
  description = "What the names of everything begin with."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}$", var.name))
    error_message = "Small letters, digits and dashes, at most 25."
  }
}

variable "lake_arn" {
  description = "The lake's bucket."
  type        = string
}

variable "audit_arn" {
  description = "The audit log's bucket."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts."
  type        = string
}

variable "secret_arns" {
  description = "Secrets that steps read."
  type        = list(string)
  default     = []
}

variable "repository_arns" {
  description = "Registries of images."
  type        = list(string)
}

variable "log_group_arns" {
  description = "Groups of logs."
  type        = list(string)
}

variable "cluster_arn" {
  description = "The ECS cluster."
  type        = string
}

variable "permissions_boundary" {
  description = "A boundary for every role, where the organisation asks for one."
  type        = string
  default     = null
}

variable "layers" {
  description = "Layers that have a policy for their readers."
  type        = set(string)
  default     = ["bronze", "silver", "gold"]
}
