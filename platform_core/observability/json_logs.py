"""Logs as lines of JSON, each with the ids of its run, step and asset, and no secret.

A run takes it by `loggers: {json: {}}` in its configuration; the jobs of a project's YAML, by `logs: json`. What the
processes of the platform themselves log takes `JsonFormatter`, in `python_logs:` of Dagster's `dagster.yaml`.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from typing import Any, cast

import dagster as dg
from dagster._core.log_manager import LOG_RECORD_EVENT_ATTR, LOG_RECORD_METADATA_ATTR
from dagster._utils.error import serializable_error_info_from_exc_info

from platform_core.observability.failures import StoredError, masked_trace
from platform_core.observability.safe_text import scrubbed_text

LONGEST_MESSAGE = 8_000


class JsonFormatter(logging.Formatter):
    r"""Writes a record as one line of JSON.

    Keys: `time` (UTC, ISO 8601), `level`, `logger`, `message`; of a run also `run_id`, `job`, `step`, `asset`,
    `partition`, `event`; of an error `error` (class) and `traceback`. What is not known is left out.

    >>> record = logging.LogRecord("rents", logging.WARNING, "", 0, "password = '%s'", ("hunter-2211",), None)
    >>> json.loads(JsonFormatter().format(record))["message"]
    "password = '***'"
    """

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        about: dict[str, Any] = getattr(record, LOG_RECORD_METADATA_ATTR, None) or {}
        event: Any = getattr(record, LOG_RECORD_EVENT_ATTR, None)
        message = about.get("orig_message") or record.getMessage()
        line["message"] = scrubbed_text(str(message), longest=LONGEST_MESSAGE)
        known = {
            "run_id": about.get("run_id"),
            "job": about.get("job_name"),
            "step": about.get("step_key"),
            "asset": _asset(event),
            "partition": getattr(event, "partition", None),
            "event": getattr(event, "event_type_value", None),
        }
        line |= {key: scrubbed_text(str(value)) for key, value in known.items() if value}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["traceback"] = _trace(serializable_error_info_from_exc_info(cast("Any", record.exc_info)))
        elif (error := getattr(getattr(event, "event_specific_data", None), "error", None)) is not None:
            line["error"] = error.cls_name
            line["traceback"] = _trace(error)
        return json.dumps(line, ensure_ascii=False)


@dg.logger(
    {
        "level": dg.Field(str, default_value="DEBUG", description="The least level that is written."),
        "stream": dg.Field(str, default_value="stderr", description="`stderr` or `stdout`."),
    },
    description="Lines of JSON with the ids of run, step and asset, without secrets.",
)
def json_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """Give a logger of Dagster's runs that writes lines of JSON.

    >>> json_logger.config_schema.config_type.fields["level"].default_value  # at which Dagster tells what it makes
    'DEBUG'
    """
    config: dict[str, Any] = context.logger_config
    logger = logging.Logger("dagster", getattr(logging, str(config["level"]).upper(), logging.INFO))
    handler = logging.StreamHandler(sys.stdout if config["stream"] == "stdout" else sys.stderr)
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    return logger


def _trace(error: StoredError) -> str:
    """Give a traceback in which a message holds no value of the data: nobody chose to write that to a log."""
    return scrubbed_text(masked_trace(error), longest=LONGEST_MESSAGE)


def _asset(event: Any) -> str:
    """Give the asset of an event, else the step's, where it is named for its asset as ours are."""
    key = getattr(event, "asset_key", None)
    return key.to_user_string() if key is not None else ""
