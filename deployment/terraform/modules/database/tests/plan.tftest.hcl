mock_provider "aws" {}

variables {
  name                     = "wb"
  vpc_id                   = "vpc-1"
  subnets                  = ["subnet-1", "subnet-2"]
  workloads_security_group = "sg-1"
  kms_key_arn              = "arn:aws:kms:eu-west-2:111122223333:key/00000000-0000-0000-0000-000000000000"
}

run "encrypted_and_over_tls_alone" {
  command = plan
  assert {
    condition     = aws_db_instance.this.storage_encrypted && !aws_db_instance.this.publicly_accessible && aws_db_instance.this.deletion_protection
    error_message = "The database is encrypted, closed to the internet and refuses to be destroyed."
  }
  assert {
    condition     = contains([for one in aws_db_parameter_group.this.parameter : "${one.name}=${one.value}"], "rds.force_ssl=1")
    error_message = "A connection without TLS is refused."
  }
  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.backup_retention_period >= 7
    error_message = "Its password passes through no state file, and it can be restored."
  }
}
