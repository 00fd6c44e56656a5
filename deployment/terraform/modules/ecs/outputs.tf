output "cluster_arn" {
  description = "The cluster."
  value       = aws_ecs_cluster.this.arn
}

output "cluster" {
  description = "Its name."
  value       = aws_ecs_cluster.this.name
}

output "log_group" {
  description = "Where steps log."
  value       = aws_cloudwatch_log_group.steps.name
}

output "log_group_arn" {
  description = "The ARN of that."
  value       = aws_cloudwatch_log_group.steps.arn
}
