terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80, < 6.0"
    }
  }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { Project = var.name, ManagedBy = "terraform" }
  }
}

module "network" {
  source = "../modules/network"
  name   = var.name
  region = var.region
  cidr   = var.cidr
  zones  = 2
}

module "keys" {
  source = "../modules/keys"
  name   = var.name
  region = var.region
}

module "lake" {
  source      = "../modules/storage"
  bucket      = "${var.name}-lake-${var.suffix}"
  kms_key_arn = module.keys.arn
}

module "audit" {
  source      = "../modules/audit"
  bucket      = "${var.name}-audit-${var.suffix}"
  kms_key_arn = module.keys.arn
}

module "database" {
  source                   = "../modules/database"
  name                     = var.name
  vpc_id                   = module.network.vpc_id
  subnets                  = module.network.private_subnets
  workloads_security_group = module.network.workloads_security_group
  kms_key_arn              = module.keys.arn
  protected                = var.protected
}

module "registry" {
  source      = "../modules/registry"
  name        = var.name
  kms_key_arn = module.keys.arn
}

module "secrets" {
  source        = "../modules/secrets"
  name          = var.name
  kms_key_arn   = module.keys.arn
  secrets       = var.secrets
  recovery_days = var.protected ? 14 : 0
}

module "ecs" {
  source      = "../modules/ecs"
  name        = var.name
  kms_key_arn = module.keys.arn
}

module "access" {
  source          = "../modules/access"
  name            = var.name
  lake_arn        = module.lake.arn
  audit_arn       = module.audit.arn
  kms_key_arn     = module.keys.arn
  secret_arns     = values(module.secrets.arns)
  repository_arns = module.registry.arns
  log_group_arns  = [module.ecs.log_group_arn]
  cluster_arn     = module.ecs.cluster_arn
}

module "watch" {
  source      = "../modules/watch"
  name        = var.name
  database    = module.database.name
  addresses   = var.addresses
  monthly_usd = var.monthly_usd
}
