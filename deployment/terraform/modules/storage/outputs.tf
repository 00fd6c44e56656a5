output "bucket" {
  description = "The lake."
  value       = module.bucket.bucket
}

output "arn" {
  description = "Its ARN."
  value       = module.bucket.arn
}
