output "queues" {
  description = "The name of each queue: jobs, spot, gpu, gpu-spot."
  value       = { for name, queue in aws_batch_job_queue.this : name => queue.name }
}
