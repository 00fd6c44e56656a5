output "host" {
  description = "Its host."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Its port."
  value       = aws_db_instance.this.port
}

output "name" {
  description = "Its identifier."
  value       = aws_db_instance.this.identifier
}

output "secret_arn" {
  description = "The secret with its user and password."
  value       = one(aws_db_instance.this.master_user_secret[*].secret_arn)
}
