variable "name" {
  description = "What the names of everything begin with."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}$", var.name))
    error_message = "Small letters, digits and dashes, at most 25."
  }
}

variable "region" {
  description = "The region that Karpenter starts instances in."
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts."
  type        = string
}

variable "subnets" {
  description = "Where cluster and nodes stand."
  type        = list(string)
}

variable "kubernetes_version" {
  description = "Its version."
  type        = string
  default     = "1.33"
}

variable "public_cidrs" {
  description = "Who may reach its API from outside; nobody where it is empty."
  type        = list(string)
  default     = []
}

variable "system_instance_types" {
  description = "Nodes that Karpenter itself runs on."
  type        = list(string)
  default     = ["t3.medium"]
}

variable "log_days" {
  description = "How long logs are kept."
  type        = number
  default     = 90
}
