"""Lines of JSON of real runs: ids, and no secret."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import dagster as dg

from platform_core.observability.json_logs import JsonFormatter, json_logger

if TYPE_CHECKING:
    import pytest

SECRET = "planted-token-9921"  # noqa: S105 - planted, and looked for


def test_a_runs_lines_hold_its_ids_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REGISTER_TOKEN", SECRET)

    @dg.asset
    def rents(context) -> None:
        context.log.warning(f"asked with {SECRET}")

    @dg.asset(deps=[rents])
    def fees() -> None:
        tenant = " ".join(["Zebedee", "Quillfeather"])
        raise ValueError(f"{SECRET} and {tenant} cannot be read")

    job = dg.Definitions(assets=[rents, fees], jobs=[dg.define_asset_job("nightly")], loggers={"json": json_logger})
    settings = {"loggers": {"json": {"config": {"stream": "stdout"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.resolve_job_def("nightly").execute_in_process(
            run_config=settings, instance=instance, raise_on_error=False
        )
    text = capsys.readouterr().out
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert SECRET not in text
    assert {line["run_id"] for line in lines} == {result.run_id}
    assert {line["job"] for line in lines} == {"nightly"}
    (said,) = [line for line in lines if line["message"].startswith("asked with")]
    assert (said["level"], said["step"], said["message"]) == ("warning", "rents", "asked with ***")
    (made,) = [line for line in lines if line.get("event") == "ASSET_MATERIALIZATION"]
    assert made["asset"] == "rents"
    (failed,) = [line for line in lines if line.get("event") == "STEP_FAILURE"]
    assert failed["step"] == "fees"
    assert "ValueError: *** and … cannot be read\n" in failed["traceback"]
    assert 'raise ValueError(f"{SECRET} and {tenant} cannot be read")' in failed["traceback"]
    assert "Zebedee Quillfeather" not in text


def test_what_is_no_run_is_written_too() -> None:
    try:
        raise KeyError(f"{SECRET} of " + "Zebedee".upper())
    except KeyError:
        record = logging.LogRecord("d", logging.ERROR, "", 0, "two\nlines", (), __import__("sys").exc_info())
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["error"] == "KeyError"
    assert "ZEBEDEE" not in line
