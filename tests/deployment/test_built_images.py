"""The images themselves, at night: every target built without an engine, and its root run as its user, read-only.

buildah builds them into a store of its own, one after the other, and each goes when its tests are done. The base is a
root file system with Python 3.11, as an image or an archive that buildah can read: WORKBENCH_IMAGE_BASE names it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil  # type: ignore[import-untyped] # it ships no types
import pytest

from platform_core.executor.entry.marks import Marks
from tests.deployment.stacks import odp_project
from tests.deployment.tools import ROOT, tool
from tests.servers.aws import credentials, running_aws
from tests.servers.runner import Faults
from tests.servers.runner_lambda import Function, LambdaService

DOCKER = ROOT / "deployment" / "docker"
BUDGETS = json.loads((DOCKER / "budgets.json").read_text(encoding="utf-8"))
UNSHARE, CHROOT = (shutil.which(name, path="/usr/bin:/usr/sbin") or name for name in ("unshare", "chroot"))
TARGETS = ("platform", "lambda", "lab")


@dataclass(frozen=True)
class Image:
    """A built image: its root on this machine's disk, and what its configuration says."""

    target: str
    root: Path
    config: dict[str, Any]

    def prefix(self, *mounts: str, alone: bool = False) -> tuple[str, ...]:
        """Give what stands before a command that runs inside: as its user, with a read-only root but for volumes.

        One that is `alone` has a network of its own, on which nothing else has its port or answers.
        """
        volumes = ("tmp", "dagster", "lake")
        writable = " && ".join(f"mount -t tmpfs -o mode=1777 tmpfs {self.root}/{name}" for name in volumes)
        bound = "".join(f" && mount --bind {source} {self.root}{place}" for source, _, place in
                        (mount.partition(":") for mount in mounts))  # fmt: skip
        script = f"mount --bind {self.root} {self.root} && mount -o remount,ro,bind {self.root} && {writable}{bound}"
        user = f"--userspec={self.config['User']}"
        entered = f'exec {CHROOT} {user} {self.root} "$@"'
        if alone:
            up = f"{tool('ip', '`apt-get install iproute2` brings it')} link set lo up"
            return (UNSHARE, "--mount", "--net", "/bin/sh", "-c", f"{up} && {script} && {entered}", "inside")
        return (UNSHARE, "--mount", "/bin/sh", "-c", f"{script} && {entered}", "inside")

    @property
    def environment(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.config["Env"])

    def run(self, *command: str, beside: int = 0, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command inside and give what came of it; `beside` is a process whose network it shares."""
        shared = [tool("nsenter"), f"--net=/proc/{beside}/ns/net"] if beside else []
        return subprocess.run(
            [*shared, *self.prefix(), *command], env={**self.environment, **environ}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip


@contextmanager
def image_of(target: str) -> Iterator[Image]:
    """Build a target, mount its root, and remove both at the end."""
    buildah = [tool("buildah", "`apt-get install buildah` brings it"), "--storage-driver", "vfs"]
    name = f"workbench-test-{target}"
    secrets = [f"--secret=id={key},src={os.environ[variable]}" for key, variable in
               (("pip.conf", "PIP_CONFIG_FILE"), ("ca.crt", "SSL_CERT_FILE")) if os.environ.get(variable)]  # fmt: skip
    volumes = [f"--volume={one}:{one}:ro" for one in os.environ.get("WORKBENCH_IMAGE_VOLUMES", "").split()]
    arguments = [f"--build-arg={key}={value}" for key, value in
                 (("BASE", os.environ["WORKBENCH_IMAGE_BASE"]), ("VERSION", "0.1.0"), ("REVISION", "abc"),
                  ("SOURCE", "https://example.org/workbench"))]  # fmt: skip
    subprocess.run(
        [*buildah, "bud", "--isolation", "chroot", "--format", "docker", "--layers=false", "--target", target, "--tag",
         name, "--file", str(DOCKER / "Dockerfile"), *secrets, *volumes, *arguments, str(ROOT)], check=True,
    )  # fmt: skip
    try:
        subprocess.run([*buildah, "from", "--name", name, f"localhost/{name}"], check=True, capture_output=True)
        shown = json.loads(subprocess.check_output([*buildah, "inspect", "--type", "container", name]))
        root = subprocess.check_output([*buildah, "mount", name], text=True).strip()
        yield Image(target, Path(root), shown["Docker"]["config"])
    finally:
        subprocess.run([*buildah, "rm", name], check=False, capture_output=True)
        subprocess.run([*buildah, "rmi", f"localhost/{name}"], check=False, capture_output=True)


@pytest.fixture(scope="module", params=TARGETS)
def image(request: pytest.FixtureRequest, full_count: bool) -> Iterator[Image]:
    """One image after the other, since together they would fill a small disk; WORKBENCH_IMAGE_TARGETS chooses."""
    if not full_count:
        pytest.skip("at night: each image takes two minutes of CPU and 4 GB of disk to build")
    if os.geteuid() != 0 or "WORKBENCH_IMAGE_BASE" not in os.environ:
        pytest.skip("NOT CHECKED: images were not built; as root, WORKBENCH_IMAGE_BASE names a base for buildah")
    if request.param not in os.environ.get("WORKBENCH_IMAGE_TARGETS", " ".join(TARGETS)).split():
        pytest.skip(f"NOT CHECKED: WORKBENCH_IMAGE_TARGETS leaves out {request.param}")
    with image_of(request.param) as found:
        yield found


def test_it_says_what_it_is_and_runs_as_nobody_in_particular(image: Image) -> None:
    labels = image.config["Labels"]
    assert labels["org.opencontainers.image.version"] == "0.1.0"
    assert labels["org.opencontainers.image.revision"] == "abc"
    assert labels["org.opencontainers.image.source"] == "https://example.org/workbench"
    assert image.config["User"] == "10001:10001"
    assert image.run("id", "-u").stdout.strip() == "10001"
    assert "Read-only" in image.run("touch", "/opt/venv/x").stderr
    assert image.environment["DAGSTER_DISABLE_TELEMETRY"] == "1"


def test_it_holds_what_its_bill_says_and_nothing_to_build_with(image: Image) -> None:
    bill = json.loads((image.root / "opt/venv/sbom.cdx.json").read_text(encoding="utf-8"))
    program = (
        "import importlib.metadata as m, json; print(json.dumps([[d.name, d.version] for d in m.distributions()]))"
    )
    there = {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in
             json.loads(image.run("python3", "-c", program).stdout)}  # fmt: skip
    assert there - {("notebook-workbench", "0.1.0")} <= {(one["name"], one["version"]) for one in bill["components"]}
    for name in ("pip", "gcc", "uv", *(("jupyter",) if image.target != "lab" else ())):
        assert image.run("sh", "-c", f"command -v {name}").returncode != 0, name


def test_it_is_as_large_and_starts_as_fast_as_its_budget_says(image: Image) -> None:
    """Megabytes above the base, and CPU of importing what the image is for as a multiple of importing Dagster alone."""
    budget = BUDGETS[image.target]
    size = int(subprocess.check_output([tool("du"), "-sm", str(image.root / "opt/venv")], text=True).split()[0])
    assert size <= budget["megabytes"], size
    spent = {}
    for name in ("dagster", budget["imports"]):
        image.run("python3", "-c", f"import {name}")  # so that both are read from memory
        began = os.times().children_user
        assert image.run("python3", "-c", f"import {name}").returncode == 0, name
        spent[name] = os.times().children_user - began
    assert spent[budget["imports"]] <= budget["times_dagster"] * spent["dagster"], spent


def test_a_function_is_invoked_through_the_runtime_client(image: Image) -> None:
    """A step that was stopped before it began is left alone; an event that holds no step is an error that is told."""
    if image.target != "lambda":
        pytest.skip("only the image of the function")
    assert image.config["Entrypoint"] == ["python3", "-m", "awslambdaric"]
    with running_aws() as endpoint:
        environ = {**image.environment, **credentials(endpoint)}
        s3 = boto3.client("s3", endpoint_url=endpoint, region_name="eu-west-2", aws_access_key_id="testing",
                          aws_secret_access_key="testing")  # noqa: S106 - the simulator's # fmt: skip
        s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        lines: list[str] = []
        service = LambdaService(environ, Faults(), lambda *told: lines.extend(told[2]), prefix=image.prefix())
        function = Function("step", image.config["Cmd"][0], 512, 120)
        event = {"bucket": "lake", "name": "rents", "environment": {}, "timeout_seconds": 60, "compute": "{}"}
        try:
            Marks(s3, "lake", "one/").put("stop", {})
            stopped = service.invoke(function, json.dumps({**event, "prefix": "one/", "payload": ""}).encode())
            assert stopped.done.wait(120), lines
            assert json.loads(stopped.result) == {"step": "rents", "outcome": "stopped"}, lines
            broken = service.invoke(function, json.dumps({**event, "prefix": "two/", "payload": "x"}).encode())
            assert broken.done.wait(120), lines
            assert broken.error, lines
        finally:
            service.close()


ASKING = """
import json, urllib.error, urllib.request
told = []
for headers in ({"Authorization": "token planted"}, {}):
    asked = urllib.request.Request("http://127.0.0.1:8888/api/status", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=600) as answer:
            told.append([answer.status, sorted(json.load(answer))])
    except urllib.error.HTTPError as error:
        told.append([error.code, []])
print(json.dumps(told))
"""


def lab_answers(image: Image, server: int) -> None:
    """Ask JupyterLab for its status, as the user that it should run as; who has no token hears nothing."""
    process = psutil.Process(server)
    users = {one.uids().real for one in (process, *process.children(recursive=True)) if "jupyter" in one.name()}
    assert users == {10001}, users
    asked = image.run("python3", "-c", ASKING, beside=server)
    known, stranger = json.loads(asked.stdout)
    assert known[0] == 200, asked
    assert {"started", "last_activity", "connections", "kernels"} <= set(known[1])
    assert stranger == [403, []]


QUERY = """
import json, urllib.request
query = "{ assetNodes { assetKey { path } } }"
body, headers = json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
asked = urllib.request.Request("http://127.0.0.1:3001/graphql", body, headers)
with urllib.request.urlopen(asked, timeout=600) as answer:
    print(json.dumps([node["assetKey"]["path"] for node in json.load(answer)["data"]["assetNodes"]]))
"""


def webserver_answers(image: Image, server: int) -> None:
    """Ask a webserver that is started from the same root, beside the code server, for the example's assets."""
    command = [
        "dagster-webserver",
        "--host",
        "127.0.0.1",
        "--port",
        "3001",
        "--grpc-host",
        "127.0.0.1",
        "--grpc-port",
        "4000",
    ]
    started = [tool("nsenter"), f"--net=/proc/{server}/ns/net", *image.prefix(), *image.config["Entrypoint"], *command]
    health = ("python3", "-m", "workbench.stack.health", "http", "http://127.0.0.1:3001/server_info")
    with subprocess.Popen(
        started, env=image.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            healthy_within(900, image, health, beside=server, of=process)
            asked = image.run("python3", "-c", QUERY, beside=server)
            assert asked.returncode == 0, asked.stderr
            assert ["issues"] in json.loads(asked.stdout)
        finally:
            process.terminate()


def healthy_within(
    seconds: float, image: Image, check: Sequence[str], *, beside: int, of: subprocess.Popen[str]
) -> None:
    """Ask a server's health check until it says yes, as long as its process lives."""
    deadline = time.monotonic() + seconds
    while image.run(*check, beside=beside).returncode != 0:
        assert of.poll() is None, of.communicate()[0]
        assert time.monotonic() < deadline


def test_a_server_serves(image: Image) -> None:
    """From the built root the code server answers over gRPC, the webserver over GraphQL, JupyterLab over HTTP."""
    if image.target == "lambda":
        pytest.skip("it serves nobody")
    project = odp_project(Path(tempfile.mkdtemp(prefix="image-")) / "odp", warm=True)
    project.parent.chmod(0o755)
    command = list(image.config["Cmd"])
    environ = {**image.environment, "PROJECT_PACKAGE": "odp", "WORKBENCH_ENV": "dev", "JUPYTER_TOKEN": "planted"}
    started = [*image.prefix(f"{project}:/project", alone=True), *image.config["Entrypoint"], *command]
    kind, *check = image.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    try:
        with subprocess.Popen(
            started, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            try:
                healthy_within(900, image, check, beside=process.pid, of=process)
                (lab_answers if image.target == "lab" else webserver_answers)(image, process.pid)
            finally:
                process.terminate()
    finally:
        shutil.rmtree(project.parent)
