"""What the warm processes of `runner.py` share beside modules; imported last by what they are forked from."""

import gc

import boto3

# Models of services, which the default session keeps; no credentials, so that each process finds its own
boto3.client("s3", region_name="eu-west-1", aws_access_key_id="none", aws_secret_access_key="none")  # noqa: S106
gc.collect()
gc.freeze()  # or each process would go through all that was imported, once at least
