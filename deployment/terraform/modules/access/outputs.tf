output "roles" {
  description = "The ARN of each component's role."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "layer_policies" {
  description = "The policy that reads each layer."
  value       = { for layer, policy in aws_iam_policy.layer : layer => policy.arn }
}
