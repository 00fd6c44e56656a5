"""What the executor says of failures, in plain words."""

from __future__ import annotations

import signal

from platform_core.executor.handler import Cause, Phase, RemoteState

_KILLED = (
    "was killed (signal 9). Most often the machine ran out of memory: let fewer steps run at once, or give the step"
    " more memory"
)


def explained(code: int) -> str:
    """Say how a process ended, from its exit code or the negative number of the signal that killed it.

    >>> explained(3), explained(-11)
    ('ended by itself with exit code 3', 'was ended by signal 11 (SIGSEGV)')
    """
    if code == -signal.SIGKILL:
        return _KILLED
    if code < 0:
        known = {item.value: item.name for item in signal.Signals}
        return f"was ended by signal {-code} ({known.get(-code, 'unknown')})"
    return f"ended by itself with exit code {code}"


CAUSES: dict[Cause, str] = {
    Cause.OUT_OF_MEMORY: "It ran out of memory: ask for more, or for less data at once.",
    Cause.SPOT_INTERRUPTION: "The provider took its spot capacity back.",
    Cause.TIME_OUT: "It ran longer than it may.",
    Cause.NEVER_STARTED: "It did not start: there may be no capacity, or no way to it.",
    Cause.IMAGE_PULL: "The container's image could not be fetched: check its name, its tag and the right to read it.",
    Cause.QUOTA: "A quota of the account is reached: ask the provider for more, or let fewer steps run at once.",
    Cause.PERMISSION: "A permission is missing: check the role that starts the work, and the one that it runs under.",
    Cause.EXPIRED_CREDENTIALS: "The credentials have expired: sign in again.",
    Cause.CANCELLED: "It was stopped by somebody.",
    Cause.ERROR: "It ended with an error.",
    Cause.UNKNOWN: "The provider does not say why.",
}


def ended_in_words(kind: str, state: RemoteState) -> str:
    """Say how remote work ended without a word from its step.

    >>> ended_in_words("batch", RemoteState(Phase.FAILED, Cause.EXPIRED_CREDENTIALS))
    'The work on batch failed. The credentials have expired: sign in again.'
    """
    match state.phase:
        case Phase.SUCCEEDED:
            said = f"The work on {kind} ended, but its step wrote no result: can it reach Dagster's storage?"
        case Phase.LOST:
            said = f"The provider no longer knows the work on {kind}, and its step wrote no result."
        case _:
            said = f"The work on {kind} failed. {CAUSES[state.cause or Cause.UNKNOWN]}"
    log = f"Its log: {state.log_url}" if state.log_url else ""
    return " ".join(part for part in (said, state.message, log) if part)
