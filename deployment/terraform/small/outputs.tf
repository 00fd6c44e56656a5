output "config_prod" {
  description = "What config/prod.yaml of a project says: its lake, and where steps run."
  value = yamlencode({
    lake      = "lake"
    io        = { store = "lake" }
    resources = { lake = { type = "s3", bucket = module.lake.bucket, region = var.region } }
    compute = {
      fargate = {
        image              = "${module.registry.urls["platform"]}:${var.image_tag}"
        cluster            = module.ecs.cluster_arn
        subnets            = module.network.private_subnets
        security_groups    = [module.network.workloads_security_group]
        task_role_arn      = module.access.roles["task"]
        execution_role_arn = module.access.roles["execution"]
        log_group          = module.ecs.log_group
        region_name        = var.region
      }
      payloads = { bucket = module.lake.bucket }
    }
  })
}

output "database" {
  description = "Host, port and the secret of Dagster's database."
  value       = { host = module.database.host, port = module.database.port, secret_arn = module.database.secret_arn }
}

output "images" {
  description = "Where the images are pushed to."
  value       = module.registry.urls
}

output "platform_role" {
  description = "The role of webserver, daemon and code server."
  value       = module.access.roles["platform"]
}
