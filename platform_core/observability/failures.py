"""What failed, as a value that may be shown: class, masked message, cell of the notebook, and no value of the data."""

from __future__ import annotations

import functools
import re
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from platform_core.observability.safe_text import masked_error, scrubbed_text, without_personal
from platform_core.origins import TOLD

# Raised by our code they hold no value of the data
_OURS = ("UserError", "UsageError", "VerificationError", "Fault", "HeldBackError")
_INSTALLED = ("site-packages", "dist-packages", "lib/python")
_LIBRARY = Path(__file__).parents[1].as_posix()
_PACKAGES = tuple(
    f"{Path(__file__).parents[2].as_posix()}/{name}/" for name in ("platform_core", "workbench", "promote")
)
_PLAIN_KEY = re.compile(
    r"[A-Za-z0-9_]{1,6}|[a-z_]{1,40}|\d{4}([-/]\d{2,4}){0,2}([T_-]\d\d(:?\d\d){0,2})?"
)  # names, days and hours
_MOST_CAUSES = 16
_MOST_ASSETS = 5
_LONGEST_LINE = 4_000


class StoredError(Protocol):
    """An error as Dagster keeps it, `SerializableErrorInfo`."""

    @property
    def message(self) -> str: ...  # noqa: D102 - as Dagster has it
    @property
    def stack(self) -> Sequence[str]: ...  # noqa: D102 - as above
    @property
    def cls_name(self) -> str | None: ...  # noqa: D102 - as above
    @property
    def cause(self) -> StoredError | None: ...  # noqa: D102 - as above
    @property
    def context(self) -> StoredError | None: ...  # noqa: D102 - as above


@dataclass(frozen=True, slots=True)
class FailureData:
    """What failed in a step. Its text may be sent to anyone; the exception itself may not.

    Attributes:
        step: The step's key.
        assets: What the step was to make and did not.
        kind: The class of the exception, such as `KeyError`.
        message: What it says, with everything masked that may be a value of the data.
        where: The notebook, cell and line, else the file and line of the project's code; empty where nobody knows.
        partition: The partition that was made, empty for none.
        exception: The exception, where it is at hand.

    >>> print(FailureData("rents", ("rents",), "KeyError", "'rent'", "notebooks/rents.ipynb:cell 3:2"))
    rents: KeyError: 'rent' (notebooks/rents.ipynb:cell 3:2)
    """

    step: str
    assets: tuple[str, ...]
    kind: str
    message: str
    where: str = ""
    partition: str = ""
    exception: BaseException | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        """Give it in one line that may be sent to anyone."""
        what = shortened(self.assets) or self.step
        place = f" ({self.where})" if self.where else ""
        return f"{what}{shown_partition(self.partition)}: {self.reason}{place}"

    @property
    def reason(self) -> str:
        """The class and the masked message."""
        return f"{self.kind}: {self.message}" if self.message else self.kind


def shortened(names: Sequence[str], most: int = _MOST_ASSETS) -> str:
    """Give names in one line, the first few of them.

    >>> shortened(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def shown_partition(key: str) -> str:
    """Give a partition's key as a text tells it, in brackets after the asset: not whose it is; empty for none.

    >>> shown_partition("2026-01-31"), shown_partition("jane.doe@example.com"), shown_partition("")
    (' [2026-01-31]', ' [[email]]', '')
    """
    if not key:
        return ""
    text = scrubbed_text(key, longest=100)
    return f" [{text if _PLAIN_KEY.fullmatch(text) else _without_personal(text)}]"


def failure_of(
    error: BaseException | None, *, step: str, assets: Iterable[str] = (), partition: str = ""
) -> FailureData:
    """Give what failed, of an exception that is at hand."""
    chain = list(_causes(error))
    if not chain:
        return FailureData(step, tuple(assets), "Unknown", "", partition=_partition(partition))
    root = chain[-1]
    frames = [frame for one in chain for frame in traceback.extract_tb(one.__traceback__, limit=-100)]
    code = "\n".join((frame.line or "")[:_LONGEST_LINE] for frame in frames)
    notes = [str(note) for one in chain for note in getattr(one, "__notes__", ())]
    raised = [frame.filename for frame in traceback.extract_tb(root.__traceback__, limit=-1)]
    ours = type(root).__module__.startswith("platform_core.") and _is_ours(type(root).__name__, raised)
    message = _message_of(root)
    return FailureData(
        step,
        tuple(assets),
        type(root).__name__,
        _own(message) if ours else masked_error(message, code),
        _told(notes) or _place([(frame.filename, frame.lineno or 0) for frame in frames]),
        _partition(partition),
        root,
    )


def failure_of_stored(
    error: StoredError | None, *, step: str, assets: Iterable[str] = (), partition: str = ""
) -> FailureData:
    """Give what failed, of an error that Dagster's event log keeps."""
    if error is None:
        return FailureData(step, tuple(assets), "Unknown", "", partition=_partition(partition))
    chain = _chain(error)
    root = chain[-1]
    lines = _lines(chain)
    noted = root.message.partition("\n" + TOLD)[2]
    return FailureData(
        step,
        tuple(assets),
        root.cls_name or "Error",
        _said(root, _code(lines)),
        _told([TOLD + noted] if noted else [line for one in chain for line in one.message.split("\n")])
        or _place(list(_places_in(lines))),
        _partition(partition),
    )


def masked_trace(error: StoredError) -> str:
    """Give a traceback with its lines of code, and of each exception the class and the masked message."""
    chain = _chain(error)
    code = _code(_lines(chain))
    told = [f"{one.cls_name or 'Error'}: {_said(one, code)}\n\n{''.join(one.stack)}" for one in chain]
    return "\nThe above exception was caused by the following exception:\n".join(told)


def _chain(error: StoredError) -> list[StoredError]:
    chain = [error]
    while (deeper := chain[-1].cause or chain[-1].context) is not None and len(chain) < _MOST_CAUSES:
        chain.append(deeper)
    return chain


def _lines(chain: Iterable[StoredError]) -> list[str]:
    return [line for one in chain for entry in one.stack for line in entry.split("\n")]


def _code(lines: Iterable[str]) -> str:
    return "\n".join(line[:_LONGEST_LINE] for line in lines if not line.startswith("  File "))


def _said(error: StoredError, code: str) -> str:
    """Give what a stored error says, masked where it may hold a value."""
    text = error.message.partition("\n" + TOLD)[0]
    said = text.strip().partition(": ")[2] if ": " in text else ""
    raised = [file for file, _ in _places_in(_lines([error]))]
    ours = error.message.startswith("platform_core.") and _is_ours(error.cls_name or "", raised)
    return _own(said) if ours else masked_error(said, code)


def _is_ours(kind: str, raised: Sequence[str]) -> bool:
    """Whether our own code raised an error of ours; a step that raises one may put anything into it."""
    return kind in _OURS and bool(raised) and Path(raised[-1]).as_posix().startswith(_PACKAGES)


def _own(message: str) -> str:
    """Give a message of ours: it may quote what a step called us with, such as a file that is named for a person."""
    return _without_personal(scrubbed_text(message))


@functools.lru_cache(maxsize=256)
def _without_personal(text: str) -> str:
    return without_personal(text)  # ten milliseconds each, and in a storm thousands are the same


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and what caused it; Dagster wraps what a step raised."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen and len(seen) < _MOST_CAUSES:
        seen.add(id(error))
        yield error
        wrapped: Any = getattr(error, "user_exception", None)
        error = wrapped if isinstance(wrapped, BaseException) else error.__cause__


def _message_of(error: BaseException) -> str:
    try:
        return str(getattr(error, "message", None) or error)
    except Exception:  # noqa: BLE001 - an exception's own text may fail, and then there is none
        return ""


def _told(notes: Iterable[str]) -> str:
    """Give the cell that `platform_core.origins` noted on the error."""
    for note in notes:
        if note.startswith(TOLD):
            return scrubbed_text(note.removeprefix(TOLD).split("\n")[0], longest=300)
    return ""


def _place(frames: Sequence[tuple[str, int]]) -> str:
    """Give the innermost file of the project, by its name alone: a path tells of the machine."""
    for file, line in reversed(frames):
        path = Path(file).as_posix()
        if line and not any(part in path for part in _INSTALLED) and not path.startswith((_LIBRARY, "<")):
            return f"{Path(file).name}:{line}"
    return ""


def _places_in(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    for line in lines:
        if line.startswith('  File "'):
            file, _, rest = line.removeprefix('  File "').partition('", line ')
            number = rest.split(",")[0].strip()
            yield file, int(number) if number.isdigit() else 0


def _partition(key: str) -> str:
    return scrubbed_text(key, longest=100)
