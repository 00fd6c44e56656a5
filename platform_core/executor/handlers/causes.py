"""Why remote work ended as it did: the providers' own words, read as data and said in plain ones."""

from __future__ import annotations

from collections.abc import Sequence

from platform_core.executor.handler import Cause

STOPPED = "Stopped by Notebook Workbench."
NOTHING_LEFT = "Whether the step ended is in the event log alone."

# The first rule that fits decides: a word of the provider's code or reason (lower case), and what it means
Rules = Sequence[tuple[str, Cause]]

_IMAGES: Rules = (
    ("cannotpull", Cause.IMAGE_PULL),
    ("pull image", Cause.IMAGE_PULL),
    ("imagepullbackoff", Cause.IMAGE_PULL),
    ("invalidimagename", Cause.IMAGE_PULL),
    ("errimageneverpull", Cause.IMAGE_PULL),
)
_SHARED: Rules = (
    ("outofmemory", Cause.OUT_OF_MEMORY),
    ("oomkilled", Cause.OUT_OF_MEMORY),
    *_IMAGES,
    ("accessdenied", Cause.PERMISSION),
    ("is not authorized", Cause.PERMISSION),
    ("unable to assume", Cause.PERMISSION),
    ("exceeded quota", Cause.QUOTA),
    ("limit exceeded", Cause.QUOTA),
)
OF_FARGATE: Rules = (
    (STOPPED.lower(), Cause.CANCELLED),
    ("spotinterruption", Cause.SPOT_INTERRUPTION),
    *_SHARED,
    ("userinitiated", Cause.CANCELLED),
    ("capacity is unavailable", Cause.NEVER_STARTED),
    ("resourceinitializationerror", Cause.NEVER_STARTED),
    ("taskfailedtostart", Cause.NEVER_STARTED),
)
OF_BATCH: Rules = (
    (STOPPED.lower(), Cause.CANCELLED),
    ("host ec2", Cause.SPOT_INTERRUPTION),
    ("exceeded timeout", Cause.TIME_OUT),
    *_SHARED,
    ("misconfiguration", Cause.NEVER_STARTED),
    ("failed to start", Cause.NEVER_STARTED),
)
OF_EKS: Rules = (
    ("deadlineexceeded", Cause.TIME_OUT),
    ("low on resource: memory", Cause.OUT_OF_MEMORY),
    *_SHARED,
    ("disruptiontarget", Cause.SPOT_INTERRUPTION),
    ("nodelost", Cause.SPOT_INTERRUPTION),
    ("createcontainerconfigerror", Cause.PERMISSION),
    ("unschedulable", Cause.NEVER_STARTED),
)

_WORDS = {
    Cause.OUT_OF_MEMORY: (
        "The step took more memory than it has, and was killed.",
        "Give it a larger size, or read and write in smaller parts (scan, not read).",
    ),
    Cause.SPOT_INTERRUPTION: (
        "The provider took the machine back.",
        "Run it again; on demand where it is interrupted often.",
    ),
    Cause.TIME_OUT: ("The step took longer than it may.", "Give it more time, or a kind of compute without a limit."),
    Cause.IMAGE_PULL: (
        "The image could not be fetched.",
        "See that it exists under this name and tag, and that the role may read the registry.",
    ),
    Cause.PERMISSION: (
        "A role may not do what the work needs.",
        "docs/reference/compute-kinds.md lists what each role must be allowed.",
    ),
    Cause.QUOTA: ("A quota is used up.", "Ask for a higher one, or lower the concurrency of this kind."),
    Cause.CANCELLED: ("The work was stopped.", ""),
    Cause.ERROR: ("The step's process ended by itself.", "See its log."),
    Cause.NEVER_STARTED: (
        "The work could not begin.",
        "See whether the provider has room for this size, and whether network and roles are in place.",
    ),
}


def read_cause(rules: Rules, code: str, said: str, exit_code: int | None) -> tuple[Cause, str]:
    """Give the cause of a failure and a message in plain words, which ends with what the provider said.

    Args:
        rules: The rules of a provider.
        code: Its own code of the end, where it has one.
        said: Its reason.
        exit_code: The exit code of the process.

    >>> read_cause(OF_BATCH, "", "Host EC2 (instance i-1) terminated.", None)[0].value
    'spot_interruption'
    >>> print(read_cause(OF_FARGATE, "EssentialContainerExited", "Essential container in task exited", 1)[1])
    The step's process ended with exit code 1. See its log. The provider says: Essential container in task exited.
    """
    text = f"{code} {said}".lower()
    cause = next((cause for words, cause in rules if words in text), None)
    if cause is not None:
        words, hint = _WORDS[cause]
        return cause, " ".join(filter(None, (words, hint, _quoted(said or code))))
    if exit_code is None:
        return Cause.UNKNOWN, " ".join(filter(None, ("The work ended, and nobody says how.", _quoted(said or code))))
    if exit_code > 128:
        words = f"The step's process was killed by signal {exit_code - 128}."
    else:
        words = f"The step's process ended with exit code {exit_code}."
    return Cause.ERROR, " ".join(filter(None, (words, "See its log.", _quoted(said))))


def _quoted(said: str) -> str:
    text = " ".join(said.split())[:300].rstrip(". ")
    return f"The provider says: {text}." if text else ""
