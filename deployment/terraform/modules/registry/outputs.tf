output "urls" {
  description = "The address of each image, without a tag."
  value       = { for image, repository in aws_ecr_repository.this : image => repository.repository_url }
}

output "arns" {
  description = "The ARN of each."
  value       = [for repository in aws_ecr_repository.this : repository.arn]
}
