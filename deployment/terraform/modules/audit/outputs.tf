output "bucket" {
  description = "The audit log's bucket."
  value       = module.bucket.bucket
}

output "arn" {
  description = "Its ARN."
  value       = module.bucket.arn
}
