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

data "aws_iam_policy_document" "trust" {
  for_each = toset(["batch", "ec2"])
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "service" {
  name               = "${var.name}-batch-service"
  assume_role_policy = data.aws_iam_policy_document.trust["batch"].json
}

resource "aws_iam_role_policy_attachment" "service" {
  role       = aws_iam_role.service.name
  policy_arn = "arn:${data.aws_partition.here.partition}:iam::aws:policy/service-role/AWSBatchServiceRole"
}

resource "aws_iam_role" "instance" {
  name               = "${var.name}-batch-instance"
  assume_role_policy = data.aws_iam_policy_document.trust["ec2"].json
}

resource "aws_iam_role_policy_attachment" "instance" {
  role       = aws_iam_role.instance.name
  policy_arn = "arn:${data.aws_partition.here.partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
}

resource "aws_iam_instance_profile" "this" {
  name = "${var.name}-batch"
  role = aws_iam_role.instance.name
}

resource "aws_launch_template" "this" {
  name = "${var.name}-batch"
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
}

locals {
  queues = merge(
    {
      jobs = { types = var.instance_types, spot = false, cpus = var.most_cpus }
      spot = { types = var.instance_types, spot = true, cpus = var.most_cpus }
    },
    length(var.gpu_instance_types) == 0 ? {} : {
      gpu      = { types = var.gpu_instance_types, spot = false, cpus = var.most_gpu_cpus }
      gpu-spot = { types = var.gpu_instance_types, spot = true, cpus = var.most_gpu_cpus }
    },
  )
}

resource "aws_batch_compute_environment" "this" {
  for_each                 = local.queues
  compute_environment_name = "${var.name}-${each.key}"
  type                     = "MANAGED"
  service_role             = aws_iam_role.service.arn

  compute_resources {
    type                = each.value.spot ? "SPOT" : "EC2"
    allocation_strategy = each.value.spot ? "SPOT_PRICE_CAPACITY_OPTIMIZED" : "BEST_FIT_PROGRESSIVE"
    instance_type       = each.value.types
    instance_role       = aws_iam_instance_profile.this.arn
    min_vcpus           = 0
    max_vcpus           = each.value.cpus
    subnets             = var.subnets
    security_group_ids  = var.security_groups
    launch_template {
      launch_template_id = aws_launch_template.this.id
      version            = "$Latest"
    }
  }
  depends_on = [aws_iam_role_policy_attachment.service]
}

resource "aws_batch_job_queue" "this" {
  for_each = local.queues
  name     = "${var.name}-${each.key}"
  state    = "ENABLED"
  priority = each.value.spot ? 1 : 10
  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.this[each.key].arn
  }
}
