variable "name" {
  description = "What the names of everything begin with."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}$", var.name))
    error_message = "Small letters, digits and dashes, at most 25."
  }
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnets" {
  description = "At least two, without public addresses."
  type        = list(string)
}

variable "workloads_security_group" {
  description = "Who may connect."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts."
  type        = string
}

variable "engine_version" {
  description = "PostgreSQL's major version."
  type        = string
  default     = "17"
}

variable "instance_class" {
  description = "Its size."
  type        = string
  default     = "db.t4g.small"
}

variable "storage_gb" {
  description = "Its disk to begin with; it grows to four times that."
  type        = number
  default     = 20
}

variable "multi_az" {
  description = "Whether a second stands by in another zone."
  type        = bool
  default     = false
}

variable "backup_days" {
  description = "How far back it can be restored to any second."
  type        = number
  default     = 14
}

variable "protected" {
  description = "Whether it refuses to be destroyed."
  type        = bool
  default     = true
}

variable "performance_insights" {
  description = "Whether slow queries are kept."
  type        = bool
  default     = false
}
