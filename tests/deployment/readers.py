"""Who may read which layer of a lake, by the policies that Terraform made, as a simulator judges requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import urllib3
from botocore.exceptions import ClientError


def readable(environ: dict[str, str], bucket: str) -> dict[str, list[str]]:
    """Give what a person reads and may not write who has the policy of each layer, as the simulator judges it.

    It heeds no conditions: what may be listed is read from the policy itself, and the bucket's own, which refuses
    everything that comes without TLS, is put aside meanwhile.
    """
    where = {"endpoint_url": environ["AWS_ENDPOINT_URL"], "region_name": environ["AWS_DEFAULT_REGION"]}
    known = {
        "aws_access_key_id": environ["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": environ["AWS_SECRET_ACCESS_KEY"],
    }
    s3, iam = (boto3.client(name, **where, **known) for name in ("s3", "iam"))
    policies = {one["PolicyName"].removeprefix("wb-reads-"): one for one in
                iam.list_policies(Scope="Local")["Policies"] if one["PolicyName"].startswith("wb-reads-")}  # fmt: skip
    of_bucket = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=bucket)
    keys = [f"{layer}/one.parquet" for layer in policies]
    versions = {key: s3.put_object(Bucket=bucket, Key=key, Body=b"rows")["VersionId"] for key in keys}
    found, readers = dict[str, list[str]](), {}
    for layer, policy in policies.items():
        iam.create_user(UserName=layer)
        iam.attach_user_policy(UserName=layer, PolicyArn=policy["Arn"])
        readers[layer] = iam.create_access_key(UserName=layer)["AccessKey"]
        shown = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        listed = [one["Condition"] for one in shown["PolicyVersion"]["Document"]["Statement"]
                  if one["Action"] == "s3:ListBucket"]  # fmt: skip
        assert listed == [{"StringLike": {"s3:prefix": f"{layer}/*"}}]
    judging(environ["AWS_ENDPOINT_URL"], True)
    for layer, key in readers.items():
        person = boto3.client("s3", **where, aws_access_key_id=key["AccessKeyId"],
                              aws_secret_access_key=key["SecretAccessKey"])  # fmt: skip
        found[layer] = [one for one in keys if not denied(person.get_object, Bucket=bucket, Key=one)]
        assert denied(person.put_object, Bucket=bucket, Key=f"{layer}/two.parquet", Body=b"")
    judging(environ["AWS_ENDPOINT_URL"], False)
    for layer, policy in policies.items():  # what Terraform did not make it could not remove
        iam.delete_access_key(UserName=layer, AccessKeyId=readers[layer]["AccessKeyId"])
        iam.detach_user_policy(UserName=layer, PolicyArn=policy["Arn"])
        iam.delete_user(UserName=layer)
    for key, version in versions.items():
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version)
    s3.put_bucket_policy(Bucket=bucket, Policy=of_bucket)
    return found


def judging(endpoint: str, on: bool) -> None:
    """Have the simulator ask for each request whether it is allowed, or take all."""
    after = b"0" if on else b"1e9"
    headers = {"Content-Type": "text/plain"}
    urllib3.request("POST", f"{endpoint}/moto-api/reset-auth", body=after, headers=headers, retries=False)


def denied(do: Callable[..., Any], **arguments: Any) -> bool:
    try:
        do(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] == "AccessDenied"
    return False
