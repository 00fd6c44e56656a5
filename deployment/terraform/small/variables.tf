variable "name" {
  description = "What the names of everything begin with."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}$", var.name))
    error_message = "Small letters, digits and dashes, at most 25."
  }
}

variable "region" {
  description = "The region."
  type        = string
  default     = "eu-west-2"
}

variable "suffix" {
  description = "What makes the buckets' names one in the world, such as the account's number."
  type        = string
}

variable "cidr" {
  description = "The network."
  type        = string
  default     = "10.20.0.0/16"
}

variable "addresses" {
  description = "Who is told of alarms and budgets."
  type        = list(string)
  default     = []
}

variable "monthly_usd" {
  description = "What a month may cost before somebody is told; 0 for no budget."
  type        = number
  default     = 150
}

variable "secrets" {
  description = "Secrets of the projects, and what they are for."
  type        = map(string)
  default     = {}
}

variable "protected" {
  description = "Whether database and secrets refuse to be destroyed."
  type        = bool
  default     = true
}

variable "image_tag" {
  description = "The tag of the images that steps run."
  type        = string
  default     = "0.1.0"
}
