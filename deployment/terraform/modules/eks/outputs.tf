output "cluster" {
  description = "Its name."
  value       = aws_eks_cluster.this.name
}

output "endpoint" {
  description = "Its API."
  value       = aws_eks_cluster.this.endpoint
}

output "node_role" {
  description = "The role of nodes, for Karpenter's EC2NodeClass."
  value       = aws_iam_role.this["node"].name
}

output "interruption_queue" {
  description = "The queue that Karpenter reads."
  value       = aws_sqs_queue.interruptions.name
}
