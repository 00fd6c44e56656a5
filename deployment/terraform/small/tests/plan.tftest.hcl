# terraform test: what a plan says, with a provider that asks nobody
mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-west-2a", "eu-west-2b", "eu-west-2c"] }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
}

variables {
  name      = "wb"
  suffix    = "111122223333"
  addresses = ["data@example.org"]
}

run "plan" {
  command = plan

  assert {
    condition     = length(module.network.private_subnets) == 2
    error_message = "Every zone has a subnet without public addresses."
  }
}

run "names_are_held_to" {
  command = plan
  variables {
    name = "Has Spaces"
  }
  expect_failures = [var.name]
}
