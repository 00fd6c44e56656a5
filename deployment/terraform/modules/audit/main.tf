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
  locked      = true
}

# Nobody, the account's owner not excepted, deletes or changes an entry before its time
resource "aws_s3_bucket_object_lock_configuration" "this" {
  bucket = module.bucket.bucket
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = var.retention_days
    }
  }
}
