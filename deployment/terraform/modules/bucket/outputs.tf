output "bucket" {
  description = "The bucket, once its versions are kept."
  value       = aws_s3_bucket_versioning.this.bucket
}

output "arn" {
  description = "Its ARN."
  value       = aws_s3_bucket.this.arn
}
