mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  bucket      = "wb-bucket"
  kms_key_arn = "arn:aws:kms:eu-west-2:111122223333:key/00000000-0000-0000-0000-000000000000"
}

run "closed_encrypted_versioned" {
  command = plan
  assert {
    condition     = alltrue([aws_s3_bucket_public_access_block.this.block_public_acls, aws_s3_bucket_public_access_block.this.block_public_policy, aws_s3_bucket_public_access_block.this.ignore_public_acls, aws_s3_bucket_public_access_block.this.restrict_public_buckets])
    error_message = "Nothing of a bucket may be public."
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn
    error_message = "A bucket is encrypted with the key that is given."
  }
  assert {
    condition     = one(aws_s3_bucket_versioning.this.versioning_configuration).status == "Enabled"
    error_message = "What is overwritten can be had back."
  }
  assert {
    condition     = one(data.aws_iam_policy_document.tls.statement).effect == "Deny" && one(one(data.aws_iam_policy_document.tls.statement).condition).variable == "aws:SecureTransport"
    error_message = "Plain connections are refused."
  }
}
