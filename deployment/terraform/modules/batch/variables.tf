variable "name" {
  description = "What the names of everything begin with."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}$", var.name))
    error_message = "Small letters, digits and dashes, at most 25."
  }
}

variable "subnets" {
  description = "Where instances stand."
  type        = list(string)
}

variable "security_groups" {
  description = "What they may reach."
  type        = list(string)
}

variable "instance_types" {
  description = "Kinds of instances."
  type        = list(string)
  default     = ["m6i", "c6i", "r6i"]
}

variable "gpu_instance_types" {
  description = "Kinds with GPUs; without any there are no queues for them."
  type        = list(string)
  default     = []
}

variable "most_cpus" {
  description = "CPUs of each queue at once."
  type        = number
  default     = 64
}

variable "most_gpu_cpus" {
  description = "CPUs of each queue with GPUs at once."
  type        = number
  default     = 32
}
