variable "name" {
  description = "What the names of everything begin with."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}$", var.name))
    error_message = "Small letters, digits and dashes, at most 25."
  }
}

variable "region" {
  description = "The region, for the endpoint of S3."
  type        = string
}

variable "cidr" {
  description = "The network."
  type        = string
  default     = "10.20.0.0/16"
}

variable "zones" {
  description = "How many availability zones."
  type        = number
  default     = 2

  validation {
    condition     = var.zones >= 2 && var.zones <= 4
    error_message = "Two to four: a database wants two."
  }
}

variable "private_tags" {
  description = "More tags of the private subnets, such as Karpenter's."
  type        = map(string)
  default     = {}
}
