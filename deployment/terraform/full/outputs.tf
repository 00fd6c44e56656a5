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
      lambda   = { functions = module.lambda.functions, region_name = var.region }
      batch = {
        image              = "${module.registry.urls["platform"]}:${var.image_tag}"
        queue              = module.batch.queues["jobs"]
        spot_queue         = module.batch.queues["spot"]
        gpu_queue          = lookup(module.batch.queues, "gpu", null)
        gpu_spot_queue     = lookup(module.batch.queues, "gpu-spot", null)
        job_role_arn       = module.access.roles["batch"]
        execution_role_arn = module.access.roles["execution"]
        region_name        = var.region
      }
      eks = {
        image           = "${module.registry.urls["platform"]}:${var.image_tag}"
        cluster         = module.eks.cluster
        service_account = "workbench-step"
        node_pool       = "workbench-spot"
      }
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

output "karpenter" {
  description = "What the chart's `karpenter` values say."
  value       = { role = module.eks.node_role, clusterName = module.eks.cluster, queue = module.eks.interruption_queue }
}
