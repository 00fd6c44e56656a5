"""What an asset declares of its data, and what may be shown of it: values only of what is OFFICIAL and not personal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from platform_core.errors import UserError
from platform_core.governance.classification import OFFICIAL, SENSITIVE
from platform_core.suggest import did_you_mean
from platform_core.values import dataclass, field, replace

if TYPE_CHECKING:
    import polars as pl

Profile = Literal["footer", "full"]
PROFILES: tuple[Profile, ...] = get_args(Profile)

Chart = Callable[..., Any]
Detector = Callable[["pl.DataFrame"], Collection[str]]

_detectors: list[Detector] = []


@dataclass(frozen=True, slots=True)
class Declared:
    """What an asset declares of its data.

    Attributes:
        classification: `OFFICIAL`, `OFFICIAL-SENSITIVE` or None. Values are shown only of what is OFFICIAL.
        personal: Columns that hold personal data: none of their values is shown anywhere, whatever the classification.
        descriptions: What columns mean, by their names.
        charts: Functions of the stored frame to a figure.
        profile: `footer` for what the file says of itself, `full` for distinct counts, means and quantiles too.
        masking: How columns are masked before the asset is stored, as `governance.masking.apply_policy` takes it.
    """

    classification: str | None = None
    personal: frozenset[str] = frozenset()
    descriptions: Mapping[str, str] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()
    profile: Profile = "footer"
    masking: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shows_values(self) -> bool:
        """Whether values of columns that are not personal may be shown."""
        return self.classification == OFFICIAL

    @property
    def shows_charts(self) -> bool:
        """Whether charts may be shown."""
        return self.classification != SENSITIVE

    @property
    def reason(self) -> str:
        """Why values are not shown."""
        if self.classification is None:
            return f"Not shown: the asset declares no classification. Values are shown of what is {OFFICIAL}."
        return f"Not shown: the asset is {self.classification}."


def shown_as(declared: Declared, level: str | None, personal: Iterable[str] = ()) -> Declared:
    """Give what an asset declares with the classification that counts: no input's is lost by declaring a lower one.

    Args:
        declared: What it declares itself.
        level: The classification that counts.
        personal: The personal columns that count beside its own.
    """
    counts = level if level == SENSITIVE else declared.classification
    return replace(declared, classification=counts, personal=declared.personal.union(personal))


def mask_with(detector: Detector) -> Callable[[], None]:
    """Let one more detector mask columns that nobody declared, and give a function that takes it back.

    Args:
        detector: Given the first rows of a frame, it names the columns that hold personal data. Where it fails, every
            column is masked.

    >>> import polars as pl
    >>> from platform_core.metadata import preview
    >>> undo = mask_with(lambda head: [name for name in head.columns if name == "fee"])
    >>> preview(pl.LazyFrame({"fee": [5]})).splitlines()[-1]
    '| masked |'
    >>> undo()
    """
    _detectors.append(detector)
    return lambda: _detectors.remove(detector)


def personal_columns(head: pl.DataFrame, declared: Iterable[str]) -> frozenset[str]:
    """Name the columns whose values nobody may see: those declared, and those that a detector finds."""
    return personal_in_each([head], declared)[0]


def personal_in_each(heads: Sequence[pl.DataFrame], declared: Iterable[str]) -> list[frozenset[str]]:
    """Do for each of several frames what `personal_columns` does for one; our own detector reads them together."""
    always = frozenset(declared)
    own = _by_name_and_values(heads)
    return [
        always.union(found, *(_detected(detector, head) for detector in _detectors))
        for head, found in zip(heads, own, strict=True)
    ]


def _detected(detector: Detector, head: pl.DataFrame) -> Collection[str]:
    try:
        return set(detector(head))
    except Exception:  # noqa: BLE001 - a detector that fails must not let a value through
        return head.columns


def _by_name_and_values(heads: Sequence[pl.DataFrame]) -> Sequence[Collection[str]]:
    try:
        from platform_core.governance import pii  # noqa: PLC0415 - its patterns are loaded where values are to be shown

        return pii.personal_in_each(heads)
    except Exception:  # noqa: BLE001 - one frame spoils the common reading: each on its own shows which
        return [_detected(_personal, head) for head in heads]


def _personal(head: pl.DataFrame) -> Collection[str]:
    from platform_core.governance import pii  # noqa: PLC0415 - as above

    return pii.personal(head)


def declared_columns(
    schema: Any, described: Mapping[str, str] | None, personal: Iterable[str] | None, where: str
) -> tuple[dict[str, str], frozenset[str]]:
    """Give descriptions of columns and the personal ones, from an asset's options and its pandera schema.

    A schema says it with `Field(description="…", metadata={"personal": True})`.

    Raises:
        UserError: An option is of another shape.
    """
    columns = _columns_of(schema)
    texts = {name: str(text) for name, column in columns.items() if (text := getattr(column, "description", None))}
    marked = {name for name, column in columns.items() if (getattr(column, "metadata", None) or {}).get("personal")}
    if described is not None and not isinstance(described, Mapping):
        raise UserError(f"{where}: columns= is no mapping.", hint='Write columns={"fee": "What was paid, in pounds"}.')
    if isinstance(personal, str):
        raise UserError(f"{where}: personal= is a text.", hint=f"Write personal=[{personal!r}].")
    return {**texts, **(described or {})}, frozenset(marked | set(personal or ()))


def checked_profile(profile: object, where: str) -> Profile:
    """Give a profile that exists.

    Raises:
        UserError: There is none of that name.
    """
    for known in PROFILES:
        if profile == known:
            return known
    raise UserError(f"{where}: there is no profile {profile!r}.", hint=did_you_mean(str(profile), PROFILES))


def _columns_of(schema: Any) -> Mapping[str, Any]:
    made = schema.to_schema() if hasattr(schema, "to_schema") else schema
    columns = getattr(made, "columns", None)
    return columns if isinstance(columns, Mapping) else {}
