"""Terraform: formatted, valid and planned with a mocked provider; really applied and destroyed on moto, at night.

The provider comes from a mirror on this machine's disk, if there is one; nothing is fetched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.deployment.readers import readable
from tests.deployment.tools import ROOT, scanned, tool, tool_with
from tests.servers.aws import credentials, running_aws

FOLDER = ROOT / "deployment" / "terraform"
ROOTS = ("small", "full")
MODULES = sorted(path.name for path in (FOLDER / "modules").iterdir())
TESTED = sorted(path.parent.name for path in (FOLDER / "modules").glob("*/tests"))
MIRRORS = ("/opt/tf-plugins", "/usr/share/terraform/plugins", "/usr/local/share/terraform/plugins")
UNKNOWN = ("eks",)  # modules that the simulator cannot apply: no add-ons, access entries or pod identities
# What the simulator forgets of what it was told, or makes up: what a second plan would change there, and nothing else
FORGOTTEN = {
    "module.database.aws_db_parameter_group.this": "its parameters",
    "module.database.aws_vpc_security_group_ingress_rule.this": "its description",
    "module.network.aws_vpc_security_group_ingress_rule.workloads_code": "its description",
}
FORGOTTEN_OF = {
    "small": FORGOTTEN,
    "full": {
        **FORGOTTEN,
        "module.batch.aws_launch_template.this": "tags of its own, which nobody gave it",
        "module.database.aws_db_instance.this": "performance insights",
        'module.lambda.aws_lambda_function.this["512"]': "an empty command, which nobody gave it",
        'module.lambda.aws_lambda_function.this["2048"]': "the same",
    },
}
OVERRIDE = """
provider "aws" {
  s3_use_path_style       = true
  skip_metadata_api_check = true
}
"""


def terraform(*arguments: str, folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [tool("terraform", "install Terraform 1.9 or newer"), f"-chdir={folder}", *arguments],
        env={**os.environ, **environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which Terraform asks no registry."""
    mirrors = [os.environ.get("WORKBENCH_TF_MIRROR", ""), *MIRRORS]
    mirror = next((one for one in mirrors if one and any(Path(one).rglob("terraform-provider-aws*"))), None)
    if mirror is None:
        pytest.skip(
            "NOT CHECKED: no mirror of Terraform's AWS provider is on this machine; WORKBENCH_TF_MIRROR names one"
        )
    settings = tmp_path_factory.mktemp("terraform") / "settings.tfrc"
    settings.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
    return {"TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Path:
    """The modules and roots in a folder of their own, ready to be used."""
    folder = shutil.copytree(FOLDER, tmp_path_factory.mktemp("roots") / "terraform")
    cache = folder / ".plugins"
    cache.mkdir()
    environ["TF_PLUGIN_CACHE_DIR"] = str(cache)
    environ["TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"] = "true"
    return folder


def ready(folder: Path, environ: dict[str, str]) -> None:
    outcome = terraform("init", "-input=false", "-backend=false", folder=folder, environ=environ)
    assert outcome.returncode == 0, outcome.stderr


def test_everything_is_formatted(environ: dict[str, str]) -> None:
    outcome = terraform("fmt", "-check", "-recursive", "-list=true", folder=FOLDER, environ=environ)
    assert (outcome.returncode, outcome.stdout.strip()) == (0, "")


@pytest.mark.parametrize("root", ROOTS)
def test_each_root_is_valid_and_plans_what_its_tests_say(
    copied: Path, environ: dict[str, str], root: str, full_count: bool
) -> None:
    if not full_count and root == "small":
        pytest.skip("at night: the modules of `full` are more than those of `small`")
    ready(copied / root, environ)
    valid = terraform("validate", folder=copied / root, environ=environ)
    assert valid.returncode == 0, valid.stdout + valid.stderr
    if full_count:
        planned = terraform("test", folder=copied / root, environ=environ)
        assert planned.returncode == 0, planned.stdout + planned.stderr
        assert re.search(r"[1-9]\d* passed, 0 failed", planned.stdout)


@pytest.mark.parametrize("module", TESTED)
def test_each_module_with_tests_passes_them(
    copied: Path, environ: dict[str, str], module: str, full_count: bool
) -> None:
    if not full_count and module != "bucket":
        pytest.skip("one module here, the others at night: each plan starts the provider anew")
    ready(copied / "modules" / module, environ)
    outcome = terraform("test", folder=copied / "modules" / module, environ=environ)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    with running_aws() as endpoint:
        yield credentials(endpoint)


@pytest.mark.parametrize("root", ROOTS)
def test_each_root_is_applied_does_not_drift_and_goes(
    copied: Path, environ: dict[str, str], root: str, full_count: bool, request: pytest.FixtureRequest
) -> None:
    """Both on the simulator, but for the modules that it does not know, which a warning names."""
    if not full_count:
        pytest.skip("at night: each starts the provider five times")
    simulated = request.getfixturevalue("simulated")
    folder = copied / root
    (folder / "local_override.tf").write_text(OVERRIDE)
    known = {**environ, **simulated, "TF_VAR_name": "wb", "TF_VAR_suffix": "000", "TF_VAR_monthly_usd": "0",
             "TF_VAR_protected": "false", "TF_VAR_secrets": '{"sources": "What the example reads"}'}  # fmt: skip
    ready(folder, known)
    targets = [f"-target=module.{name}" for name in applied_modules(root)]
    applied = terraform("apply", "-auto-approve", "-input=false", *targets, folder=folder, environ=known)
    assert applied.returncode == 0, applied.stderr
    plan = terraform("plan", "-no-color", "-input=false", *targets, folder=folder, environ=known)
    drifted = set(re.findall(r"^  # (\S+) (?:will|must) be", plan.stdout, re.MULTILINE))
    assert plan.returncode == 0, plan.stderr
    assert drifted <= FORGOTTEN_OF[root].keys(), plan.stdout
    layers = ("bronze", "silver", "gold")
    assert readable(known, "wb-lake-000") == {layer: [f"{layer}/one.parquet"] for layer in layers}
    if not targets:
        config = yaml.safe_load(terraform("output", "-raw", "config_prod", folder=folder, environ=known).stdout)
        assert config["resources"]["lake"] == {"type": "s3", "bucket": "wb-lake-000", "region": "eu-west-2"}
        assert config["compute"]["fargate"]["cluster"].endswith(":cluster/wb")
    destroyed = terraform("destroy", "-auto-approve", "-input=false", folder=folder, environ=known)
    assert destroyed.returncode == 0, destroyed.stderr
    assert terraform("state", "list", folder=folder, environ=known).stdout.strip() == ""


@pytest.mark.parametrize("module", ["storage", "audit"])
def test_a_state_from_before_there_was_a_module_for_buckets_keeps_its_bucket(
    environ: dict[str, str], module: str, full_count: bool, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Applied as it stood then, with the bucket's parts in it, the plan of today moves them all and destroys none."""
    parts = re.findall(r'^resource "(\w+)" "this"', (FOLDER / "modules/bucket/main.tf").read_text(), re.MULTILINE)
    moved = (FOLDER / "modules" / module / "moved.tf").read_text(encoding="utf-8")
    assert sorted(re.findall(r"from = (\w+)\.this", moved)) == sorted(parts)
    if not full_count:
        pytest.skip("at night: it starts the provider four times")
    folder = shutil.copytree(FOLDER / "modules", tmp_path / "modules") / module
    known = {**environ, **request.getfixturevalue("simulated"), "TF_VAR_bucket": "before",
             "TF_VAR_kms_key_arn": "arn:aws:kms:eu-west-2:1:key/one", "TF_VAR_retention_days": "30"}  # fmt: skip
    (folder / "provider.tf").write_text(OVERRIDE)
    today = {name: (folder / name).read_text(encoding="utf-8") for name in ("main.tf", "moved.tf", "outputs.tf")}
    bucket = (folder.parent / "bucket" / "main.tf").read_text(encoding="utf-8")
    inside = bucket[bucket.index('resource "aws_s3_bucket" "this"') :].replace(
        "var.locked", "true" if module == "audit" else "false"
    )
    then = re.sub(r'^module "bucket" \{.*?^\}', lambda _: inside, today["main.tf"], flags=re.MULTILINE | re.DOTALL)
    (folder / "main.tf").write_text(then.replace("module.bucket.bucket", "aws_s3_bucket.this.bucket"))
    (folder / "moved.tf").unlink()
    (folder / "outputs.tf").write_text("")
    ready(folder, known)
    applied = terraform("apply", "-auto-approve", "-input=false", folder=folder, environ=known)
    assert applied.returncode == 0, applied.stderr
    for name, text in today.items():
        (folder / name).write_text(text)
    ready(folder, known)
    plan = terraform("plan", "-no-color", "-input=false", folder=folder, environ=known)
    assert plan.returncode == 0, plan.stderr
    assert len(re.findall(r"has moved to module\.bucket\.", plan.stdout)) == len(parts), plan.stdout
    assert not re.search(r"(?:will|must) be (?:destroyed|replaced|created)", plan.stdout), plan.stdout


def applied_modules(root: str) -> list[str]:
    """Give the modules of a root that the simulator knows, where it does not know all; warn of the others."""
    used = re.findall(r'^module "(\w+)"', (FOLDER / root / "main.tf").read_text(encoding="utf-8"), re.MULTILINE)
    unknown = [name for name in used if name in UNKNOWN]
    if not unknown:
        return []
    warnings.warn(f"NOT CHECKED: {root} was not applied with {', '.join(unknown)}: moto does not know it", stacklevel=1)
    return [name for name in used if name not in UNKNOWN]


def test_only_one_provider_and_no_module_from_elsewhere() -> None:
    for file in sorted(FOLDER.rglob("*.tf")):
        text = file.read_text(encoding="utf-8")
        for source in re.findall(r'^\s*source\s*=\s*"([^"]+)"', text, re.MULTILINE):
            assert source == "hashicorp/aws" or source.startswith("../"), file


def test_every_variable_and_output_is_described() -> None:
    for file in sorted([*FOLDER.rglob("variables.tf"), *FOLDER.rglob("outputs.tf")]):
        for block in re.findall(
            r'^(?:variable|output) "(\w+)" \{\n(.*?)^\}', file.read_text(), re.MULTILINE | re.DOTALL
        ):
            assert "description" in block[1], f"{file}: {block[0]}"


def test_the_files_can_be_read_by_another_reader() -> None:
    """Where Terraform is missing this is what is left."""
    program = "import hcl2, sys\nfor name in sys.argv[1:]:\n    hcl2.load(open(name))"
    files = [str(path) for path in sorted(FOLDER.rglob("*.tf"))]
    assert len(files) > 40
    subprocess.run([tool_with("hcl2"), "-c", program, *files[:12]], check=True, capture_output=True)


def test_every_module_is_used() -> None:
    used = {
        name
        for file in FOLDER.glob("**/main.tf")
        for name in re.findall(r'source\s*=\s*"\.\./(?:modules/)?(\w+)"', file.read_text(encoding="utf-8"))
    }
    assert used == set(MODULES)


def test_the_scanner_finds_nothing_but_the_exceptions_that_have_a_reason(full_count: bool) -> None:
    if not full_count:
        pytest.skip("at night: it reads every module for half a minute")
    scanned(FOLDER, "terraform", FOLDER / "exceptions.yaml", at_least=300)
