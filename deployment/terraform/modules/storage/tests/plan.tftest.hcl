mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  bucket      = "wb-lake"
  kms_key_arn = "arn:aws:kms:eu-west-2:111122223333:key/00000000-0000-0000-0000-000000000000"
}

run "old_versions_and_payloads_go" {
  command = plan
  assert {
    condition     = { for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id => rule.status } == { "old-versions" = "Enabled", payloads = "Enabled", "cool-bronze" = "Enabled" }
    error_message = "Old versions and payloads go, bronze is kept cheaply."
  }
  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration).noncurrent_days == var.old_versions_days
    error_message = "What is overwritten can be had back for as long as is said."
  }
}
