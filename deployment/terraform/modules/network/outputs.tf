output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Its addresses."
  value       = var.cidr
}

output "private_subnets" {
  description = "Subnets without public addresses."
  value       = [for subnet in aws_subnet.private : subnet.id]
}

output "public_subnets" {
  description = "Subnets for what faces the internet."
  value       = [for subnet in aws_subnet.public : subnet.id]
}

output "workloads_security_group" {
  description = "The group of everything that runs."
  value       = aws_security_group.workloads.id
}
