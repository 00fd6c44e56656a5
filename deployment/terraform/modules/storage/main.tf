terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 6.0"
    }
  }
}

module "bucket" {
  source      = "../bucket"
  bucket      = var.bucket
  kms_key_arn = var.kms_key_arn
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = module.bucket.bucket

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days = var.old_versions_days
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # What is handed to steps on remote compute
  rule {
    id     = "payloads"
    status = "Enabled"
    filter {
      prefix = "workbench/steps/"
    }
    expiration {
      days = 14
    }
  }

  dynamic "rule" {
    for_each = var.cool_after_days
    content {
      id     = "cool-${rule.key}"
      status = "Enabled"
      filter {
        prefix = "${rule.key}/"
      }
      transition {
        days          = rule.value
        storage_class = "STANDARD_IA"
      }
    }
  }
}
