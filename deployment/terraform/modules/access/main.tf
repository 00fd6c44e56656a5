terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 6.0"
    }
  }
}

data "aws_partition" "here" {}

locals {
  services = {
    task      = ["ecs-tasks.amazonaws.com"]
    execution = ["ecs-tasks.amazonaws.com"]
    lambda    = ["lambda.amazonaws.com"]
    batch     = ["ecs-tasks.amazonaws.com"]
    platform  = ["ecs-tasks.amazonaws.com"]
  }
  steps = toset(["task", "lambda", "batch"])
}

data "aws_iam_policy_document" "trust" {
  for_each = local.services
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = each.value
    }
  }
}

resource "aws_iam_role" "this" {
  for_each             = local.services
  name                 = "${var.name}-${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  permissions_boundary = var.permissions_boundary
}

# What the code of a step may do: its lake, its secrets, its key
data "aws_iam_policy_document" "step" {
  statement {
    sid       = "Lake"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = ["${var.lake_arn}/*"]
  }
  statement {
    sid       = "LakeListed"
    actions   = ["s3:ListBucket", "s3:GetBucketLocation"]
    resources = [var.lake_arn]
  }
  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
  dynamic "statement" {
    for_each = length(var.secret_arns) > 0 ? [1] : []
    content {
      sid       = "Secrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = var.secret_arns
    }
  }
}

resource "aws_iam_role_policy" "step" {
  for_each = local.steps
  name     = "lake"
  role     = aws_iam_role.this[each.key].name
  policy   = data.aws_iam_policy_document.step.json
}

# Lambda's own part: its log, its place in the network
resource "aws_iam_role_policy_attachment" "lambda" {
  for_each   = toset(["AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole"])
  role       = aws_iam_role.this["lambda"].name
  policy_arn = "arn:${data.aws_partition.here.partition}:iam::aws:policy/service-role/${each.key}"
}

# What starts a container: the image, the log, the secrets in its environment
data "aws_iam_policy_document" "execution" {
  statement {
    sid       = "RegistryEntered"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # the action knows no narrower one
  }
  statement {
    sid       = "Images"
    actions   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
    resources = var.repository_arns
  }
  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for arn in var.log_group_arns : "${arn}:*"]
  }
  dynamic "statement" {
    for_each = length(var.secret_arns) > 0 ? [1] : []
    content {
      sid       = "Secrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = var.secret_arns
    }
  }
  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }
}

resource "aws_iam_role_policy" "execution" {
  name   = "start"
  role   = aws_iam_role.this["execution"].name
  policy = data.aws_iam_policy_document.execution.json
}

# The platform's own processes start steps, look after them and write the audit log
data "aws_iam_policy_document" "platform" {
  statement {
    sid       = "Fargate"
    actions   = ["ecs:RunTask", "ecs:StopTask", "ecs:DescribeTasks", "ecs:TagResource"]
    resources = ["*"]
    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [var.cluster_arn]
    }
  }
  statement {
    sid       = "Definitions"
    actions   = ["ecs:RegisterTaskDefinition", "ecs:DescribeTaskDefinition", "batch:RegisterJobDefinition", "batch:DescribeJobDefinitions", "batch:DescribeJobs", "batch:ListJobs", "ecs:ListTasks"]
    resources = ["*"] # these know no narrower one
  }
  statement {
    sid       = "Batch"
    actions   = ["batch:SubmitJob", "batch:TerminateJob", "batch:TagResource"]
    resources = ["arn:${data.aws_partition.here.partition}:batch:*:*:job-queue/${var.name}-*", "arn:${data.aws_partition.here.partition}:batch:*:*:job-definition/*", "arn:${data.aws_partition.here.partition}:batch:*:*:job/*"]
  }
  statement {
    sid       = "Lambda"
    actions   = ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"]
    resources = ["arn:${data.aws_partition.here.partition}:lambda:*:*:function:${var.name}-*"]
  }
  statement {
    sid       = "HandsOverTheRoles"
    actions   = ["iam:PassRole"]
    resources = [for role in ["task", "batch", "execution"] : aws_iam_role.this[role].arn]
    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }
  statement {
    sid       = "Audit"
    actions   = ["s3:PutObject"]
    resources = ["${var.audit_arn}/*"]
  }
  statement {
    sid       = "LogsRead"
    actions   = ["logs:GetLogEvents", "logs:FilterLogEvents"]
    resources = [for arn in var.log_group_arns : "${arn}:*"]
  }
}

resource "aws_iam_role_policy" "platform" {
  name   = "steps"
  role   = aws_iam_role.this["platform"].name
  policy = data.aws_iam_policy_document.platform.json
}

resource "aws_iam_role_policy" "platform_lake" {
  name   = "lake"
  role   = aws_iam_role.this["platform"].name
  policy = data.aws_iam_policy_document.step.json
}

# Who reads which layer: one policy for each, to be attached to people's roles
data "aws_iam_policy_document" "layer" {
  for_each = var.layers
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${var.lake_arn}/${each.key}/*"]
  }
  statement {
    actions   = ["s3:ListBucket"]
    resources = [var.lake_arn]
    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${each.key}/*"]
    }
  }
  statement {
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }
}

resource "aws_iam_policy" "layer" {
  for_each    = var.layers
  name        = "${var.name}-reads-${each.key}"
  description = "Reads the layer ${each.key} of the lake"
  policy      = data.aws_iam_policy_document.layer[each.key].json
}
