output "arn" {
  description = "The key that lake, logs, database and secrets are encrypted with."
  value       = aws_kms_key.this.arn
}
