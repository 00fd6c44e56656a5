"""The chart, rendered by Helm's own code for each example and held to the schemas of three versions of Kubernetes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import kubernetes_validate.utils
import pytest
import yaml

from tests.deployment.tools import ROOT, scanned, tool_with

CHART = ROOT / "deployment" / "helm" / "notebook-workbench"
EXAMPLES = sorted(path.stem for path in (CHART / "examples").glob("*.yaml"))
VERSIONS = ("1.35", "1.36", "1.37")
CUSTOM = ("karpenter.sh", "karpenter.k8s.aws", "external-secrets.io")
RENDER = """
import json, sys
from pathlib import Path

import yaml
from helm_python import Chart
from helm_python.chart import lint
chart, out = Path(sys.argv[1]), {}
loaded = Chart.load(str(chart))
for file in [None, *sorted((chart / "examples").glob("*.yaml"))]:
    values = yaml.safe_load(file.read_text()) if file else {}
    loaded.validate_schema(values)
    rendered = loaded.render(values, name="wb", namespace="data")
    out[file.stem if file else "default"] = [d for t in rendered.values() for d in yaml.safe_load_all(t) if d]
refused = {}
for text in sys.argv[2:]:
    try:
        loaded.validate_schema(json.loads(text))
    except Exception as error:
        refused[text] = str(error)
print(json.dumps({"documents": out, "lint": lint(str(chart), strict=True)["errors"], "refused": refused}))
"""
WRONG = (
    '{"code": {"replicas": 2}}', '{"webserver": {"replica": 1}}', '{"postgres": {"sslmode": "off"}}',
    '{"serviceAccounts": {"run": {"roleArn": "workbench-run"}}}', '{"project": {"package": "my-project"}}',
    '{"code": {"timeoutSeconds": 0}}', '{"code": {"timeoutSeconds": "5m"}}',
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def schemas_read_once() -> Iterator[None]:
    """The validator reads a megabyte of definitions for each document; here once for each version."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kubernetes_validate.utils, "schema_contents", cache(kubernetes_validate.utils.schema_contents))
        yield


@pytest.fixture(scope="module")
def rendered() -> dict[str, Any]:
    program = [tool_with("helm_python"), "-c", RENDER, str(CHART), *WRONG]
    return json.loads(subprocess.run(program, check=True, capture_output=True, text=True).stdout)


@pytest.fixture(scope="module")
def documents(rendered: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return rendered["documents"]


def of_kind(found: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in found if one["kind"] == kind]


def test_the_linter_of_helm_finds_nothing(rendered: dict[str, Any]) -> None:
    assert rendered["lint"] == []


def test_wrong_values_are_refused_before_anything_is_rendered(rendered: dict[str, Any]) -> None:
    assert set(rendered["refused"]) == set(WRONG)


@pytest.mark.parametrize("example", ["default", *EXAMPLES])
def test_every_core_kind_is_what_kubernetes_takes(documents: dict[str, Any], example: str) -> None:
    core = [one for one in documents[example] if one["apiVersion"].split("/")[0] not in CUSTOM]
    assert len(core) > 15
    for version in VERSIONS:
        for one in core:
            kubernetes_validate.validate(one, version, strict=True)


def refused(manifests: list[dict[str, Any]]) -> list[list[str]]:
    """Give what the definitions of custom kinds have against manifests: fields that they do not know, too."""
    node, program = shutil.which("node"), ROOT / "build" / "custom-kinds" / "check.mjs"
    if node is None or not program.exists():
        pytest.skip("NOT CHECKED: custom kinds against their schemas; "
                    "with Node.js, `python scripts/setup_deployment_tools.py` brings them")  # fmt: skip
    done = subprocess.run([node, str(program)], input=json.dumps(manifests), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_every_custom_kind_is_what_its_definition_takes_and_what_is_wrong_is_refused(documents: dict[str, Any]) -> None:
    """Karpenter's and the External Secrets Operator's, which Kubernetes alone does not know."""
    custom = [one for found in documents.values() for one in found if one["apiVersion"].split("/")[0] in CUSTOM]
    assert {one["kind"] for one in custom} == {"NodePool", "EC2NodeClass", "ExternalSecret"}
    misspelt, mistyped = json.loads(json.dumps([custom, custom]))
    for one in misspelt:
        one["spec"]["refreshIntervals"] = "1h"
    for one in mistyped:
        one["metadata"]["labels"]["app.kubernetes.io/name"] = 7
    found = refused([*custom, *misspelt, *mistyped, {"apiVersion": "karpenter.sh/v1", "kind": "NodePools"}])
    assert found[: len(custom)] == [[]] * len(custom)
    assert found[len(custom) : 2 * len(custom)] == [["/spec/refreshIntervals is unknown"]] * len(custom)
    assert all("must be string" in one for [one] in found[2 * len(custom) : -1])
    assert found[-1] == ["karpenter.sh/v1 has no NodePools"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schemas_do_refuse(documents: dict[str, Any], version: str) -> None:
    wrong = json.loads(json.dumps(of_kind(documents["default"], "Deployment")[0]))
    wrong["spec"]["template"]["spec"]["containers"][0]["imagePullPolicies"] = "Always"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, version, strict=True)


@pytest.mark.parametrize("example", ["default", *EXAMPLES])
def test_every_pod_meets_the_restricted_standard(documents: dict[str, Any], example: str) -> None:
    for deployment in of_kind(documents[example], "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not pod.keys() & {"hostNetwork", "hostPID", "hostIPC"}
        assert all({"emptyDir", "configMap"} & volume.keys() for volume in pod["volumes"])
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
            }  # fmt: skip
            assert container["resources"]["limits"]["memory"]
            assert "livenessProbe" in container


def test_runs_are_launched_as_pods_that_meet_it_too(documents: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the launcher is told is what Dagster's own code makes a Job of."""
    from dagster._config import process_config, resolve_to_config_type
    from dagster._core.instance.config import dagster_instance_config_schema
    from dagster_k8s import K8sRunLauncher
    from dagster_k8s.job import DagsterK8sJobConfig, UserDefinedDagsterK8sConfig, construct_dagster_k8s_job

    for name in ("HOST", "USER", "PASSWORD", "DB"):
        monkeypatch.setenv(f"DAGSTER_POSTGRES_{name}", "x")
    monkeypatch.setenv("DAGSTER_POSTGRES_PORT", "5432")
    monkeypatch.setenv("DAGSTER_COMPUTE_LOGS", os.devnull)
    monkeypatch.setenv("DAGSTER_MAX_CONCURRENT_RUNS", "3")
    (settings,) = [one["data"]["dagster.yaml"] for one in of_kind(documents["aws"], "ConfigMap") if
                   "dagster.yaml" in one["data"]]  # fmt: skip
    instance = yaml.safe_load(settings)
    checked = process_config(dagster_instance_config_schema(), instance)
    assert checked.success, checked.errors
    launcher = process_config(resolve_to_config_type(K8sRunLauncher.config_type()), instance["run_launcher"]["config"])
    assert launcher.success, launcher.errors
    config = launcher.value
    assert config is not None
    job = construct_dagster_k8s_job(
        DagsterK8sJobConfig(
            dagster_home="/dagster", instance_config_map=config["instance_config_map"], job_image=config["job_image"],
            service_account_name=config["service_account_name"], env_config_maps=config["env_config_maps"],
            env_secrets=config["env_secrets"], postgres_password_secret=None,
        ),
        ["dagster", "api", "execute_run", "{}"], "a-run",
        UserDefinedDagsterK8sConfig.from_dict(config["run_k8s_config"]),
    ).to_dict()  # fmt: skip
    pod = job["spec"]["template"]["spec"]
    assert pod["security_context"]["run_as_non_root"]
    assert pod["containers"][0]["security_context"]["read_only_root_filesystem"]
    assert pod["containers"][0]["security_context"]["capabilities"]["drop"] == ["ALL"]
    assert pod["service_account_name"] == "wb-run"
    preferred = pod["affinity"]["node_affinity"]["preferred_during_scheduling_ignored_during_execution"]
    assert preferred[0]["preference"]["match_expressions"][0]["values"] == ["spot"]
    assert not pod["affinity"]["node_affinity"].get("required_during_scheduling_ignored_during_execution")


def test_deployments_run_the_commands_of_the_compose_file(documents: dict[str, Any]) -> None:
    from workbench.stack.compose import compose_file, read_services

    services = read_services(compose_file(), {})
    found = {
        one["metadata"]["name"].removeprefix("wb-"): one["spec"]["template"]["spec"]["containers"][0]
        for one in of_kind(documents["default"], "Deployment")
    }
    for name in ("webserver", "daemon"):
        assert tuple(found[name]["args"]) == services[name].command
        health = services[name].health
        assert health is not None
        assert tuple(found[name]["livenessProbe"]["exec"]["command"]) == health.command
    assert found["code"]["args"][:-2] == list(services["code"].command[:-2])
    assert found["viewer"]["args"] == [*services["webserver"].command, "--read-only"]


def test_a_code_server_may_take_as_long_as_in_the_compose_file_or_as_the_values_say(documents: dict[str, Any]) -> None:
    """Webserver and daemon hear it, as the variable that Dagster's client of code servers reads."""
    from workbench.stack.compose import compose_file, read_services

    name = "DAGSTER_GRPC_TIMEOUT_SECONDS"
    for example, seconds in (
        ("default", read_services(compose_file(), {})["daemon"].environment[name]),
        ("small", "600"),
    ):
        heard = {
            one["metadata"]["name"]: one["data"][name]
            for one in of_kind(documents[example], "ConfigMap") if name in one["data"]
        }  # fmt: skip
        assert heard == {"wb-env": seconds}
        for one in of_kind(documents[example], "Deployment"):
            (container,) = one["spec"]["template"]["spec"]["containers"]
            assert {"configMapRef": {"name": "wb-env"}} in container["envFrom"]


def test_the_scanner_finds_nothing_but_the_exceptions_that_have_a_reason(
    documents: dict[str, Any], full_count: bool, tmp_path: Path
) -> None:
    """In what each example is rendered to, so that every template is read with what it can become."""
    if not full_count:
        pytest.skip("at night: it takes ten seconds of CPU to begin")
    for example, found in documents.items():
        (tmp_path / f"{example}.yaml").write_text(yaml.safe_dump_all(found), encoding="utf-8")
    scanned(tmp_path, "kubernetes", CHART.parent / "exceptions.yaml", at_least=1000)


def test_only_who_starts_jobs_may(documents: dict[str, Any]) -> None:
    (binding,) = of_kind(documents["aws"], "RoleBinding")
    assert {one["name"] for one in binding["subjects"]} == {"wb-webserver", "wb-daemon", "wb-run"}
    tokens = {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]["automountServiceAccountToken"]
        for one in of_kind(documents["aws"], "Deployment")
    }
    assert tokens == {"wb-webserver": True, "wb-daemon": True, "wb-viewer": False, "wb-code": False}
    roles = {one["metadata"]["name"]: one["metadata"].get("annotations") for one in of_kind(documents["aws"],
             "ServiceAccount")}  # fmt: skip
    assert roles["wb-step"] == {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/workbench-step"}
    assert roles["wb-webserver"] is None


def test_everything_is_closed_but_what_is_listed(documents: dict[str, Any]) -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in of_kind(documents["gpu"], "NetworkPolicy")}
    closed = policies.pop("wb-closed")
    assert closed["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & closed.keys()
    assert {block["ipBlock"]["cidr"] for rule in policies["wb-outwards"]["egress"] for block in rule.get("to", [])} == {
        "10.20.0.0/16", "0.0.0.0/0",
    }  # fmt: skip


def test_spot_comes_first_and_on_demand_stands_in(documents: dict[str, Any]) -> None:
    pools = {one["metadata"]["name"]: one["spec"] for one in of_kind(documents["gpu"], "NodePool")}
    assert pools["wb-spot"]["weight"] > pools["wb-on-demand"]["weight"]
    assert pools["wb-gpu"]["template"]["spec"]["taints"] == [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}]
    assert "wb-gpu" not in {one["metadata"]["name"] for one in of_kind(documents["aws"], "NodePool")}


def test_every_value_is_described() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))

    def undescribed(value: Any, described: dict[str, Any], path: str) -> list[str]:
        found = [] if described.get("description") else [path]
        for key, inner in value.items() if isinstance(value, dict) and "properties" in described else ():
            found += undescribed(inner, described["properties"].get(key, {}), f"{path}.{key}")
        return found

    assert [one for key, value in values.items() for one in undescribed(value, schema["properties"][key], key)] == []
