terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 6.0"
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each          = var.sizes
  name              = "/aws/lambda/${var.name}-${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_lambda_function" "this" {
  for_each      = var.sizes
  function_name = "${var.name}-${each.key}"
  role          = var.role_arn
  package_type  = "Image"
  image_uri     = var.image
  memory_size   = each.value
  timeout       = 900
  kms_key_arn   = var.kms_key_arn

  ephemeral_storage {
    size = var.scratch_mb
  }
  vpc_config {
    subnet_ids         = var.subnets
    security_group_ids = var.security_groups
  }
  environment {
    variables = var.environment
  }
  tracing_config {
    mode = "Active"
  }
  depends_on = [aws_cloudwatch_log_group.this]
}

# The platform itself decides whether a step is tried again
resource "aws_lambda_function_event_invoke_config" "this" {
  for_each               = aws_lambda_function.this
  function_name          = each.value.function_name
  maximum_retry_attempts = 0
}
