"""What a file of policies may hold, and what the rules look at of an asset: frozen values, standard library only.

Pydantic validates files against these very classes (`loading`); `promote` reads them without it (`reading`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from platform_core.governance.classification import Downgrade, checked_date
from platform_core.governance.policies.found import Found
from platform_core.governance.policies.rule import STRICT, Layer, Rule
from platform_core.values import dataclass, field

Basis = Literal[
    "consent", "contract", "legal obligation", "vital interests", "public task", "legitimate interests"
]  # UK GDPR, article 6(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """An exception from a rule, for some assets and not for ever.

    Attributes:
        rule: The rule's id.
        assets: Patterns of the assets.
        columns: Patterns of the columns, for a rule about columns; all of them where none is named.
        owner: Who answers for it, as `team:name` or an address.
        reason: Why, in a sentence.
        expires: The last day on which it holds.
    """

    rule: str
    assets: tuple[str, ...]
    owner: str
    reason: str
    expires: str
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an exception that says too little.

        Raises:
            ValueError: It is without assets, owner, reason or date.
        """
        if not self.assets:
            raise ValueError("an exception names assets")
        if "@" not in self.owner and not self.owner.startswith("team:"):
            raise ValueError("the owner is team:NAME or an e-mail address")
        if len(self.reason.split()) < 3:
            raise ValueError("the reason is a sentence of at least three words")
        checked_date(self.expires)

    __pydantic_config__: ClassVar[Any] = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A legal hold: data that nobody may delete while it lasts.

    Attributes:
        id: What it is called, such as the number of the case.
        reason: Why.
        assets: Patterns of the assets; all where none is named.
        subjects: Tokens of people, as `workbench erase --subject KEY=VALUE --token` gives them; everybody where none is
            named. A value of the data never stands here. What follows the dash tells the secret that made it.
        until: The last day, where one is known.
    """

    id: str
    reason: str
    assets: tuple[str, ...] = ("*",)
    subjects: tuple[str, ...] = ()
    until: str | None = None

    def __post_init__(self) -> None:
        """Refuse tokens and dates that are none.

        Raises:
            ValueError: One is none.
        """
        if not all(re.fullmatch(r"\w+:[0-9a-f]{32}(-[0-9a-f]{8})?", one) for one in self.subjects):
            raise ValueError("a subject is a token as `workbench erase --subject KEY=VALUE --token` gives it")
        if not self.assets:
            raise ValueError("a hold names assets, or leaves assets out where it is of all")
        if self.until is not None:
            checked_date(self.until)

    __pydantic_config__: ClassVar[Any] = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A processing activity: why some assets hold personal data, as article 30 of the UK GDPR asks to have recorded.

    Attributes:
        assets: Patterns of the assets where the data enters; what is made of them counts too.
        purpose: What the data is for.
        subjects: Whose data it is, such as `applicants`.
        categories: What kinds of data, such as `contact details`.
        columns: The columns that hold personal data, in all its assets: it declares them.
        lawful_basis: Of article 6(1).
        special_category: The condition of article 9(2) for special categories of data, where there are any.
        dpia: The reference of the data protection impact assessment.
        recipients: Who is given the data.
        transfers: Countries outside the UK that it goes to, with the safeguard.
        security: How it is protected, beyond what the platform does for all.
        subject_key: The column that says whose a row is.
        subject_keys: Where an asset has another column for it, by asset.
    """

    assets: tuple[str, ...]
    purpose: str
    subjects: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    lawful_basis: Basis | None = None
    special_category: str | None = None
    dpia: str | None = None
    recipients: tuple[str, ...] = ()
    transfers: tuple[str, ...] = ()
    security: str = ""
    subject_key: str | None = None
    subject_keys: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an activity without assets or purpose.

        Raises:
            ValueError: It has none.
        """
        if not self.assets or not self.purpose.strip():
            raise ValueError("an activity names its assets and says its purpose")

    def declares(self, asset: str) -> frozenset[str]:
        """Give the columns that it declares as personal, if they are there: its own, and that of whose a row is.

        >>> sorted(Activity(assets=("a",), purpose="Rents", columns=("name",), subject_key="id").declares("a"))
        ['id', 'name']
        """
        key = self.subject_keys.get(asset, self.subject_key)
        return frozenset(self.columns) | ({key} if key else frozenset())

    __pydantic_config__: ClassVar[Any] = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who answers for the data: the controller, with a contact, and the data protection officer."""

    controller: str
    contact: str
    protection_officer: str = ""

    __pydantic_config__: ClassVar[Any] = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who may read and write which layers.

    Attributes:
        read: Layers to read.
        write: Layers to write, which lets read them too.
        principals: ARNs of AWS that have the role, for the bucket's policy.
        members: Roles of PostgreSQL that are given this one.
    """

    read: tuple[Layer, ...] = ()
    write: tuple[Layer, ...] = ()
    principals: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    __pydantic_config__: ClassVar[Any] = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """What a notebook may read of another environment by `load_asset(…, from_env=)`: a masked sample, of these assets.

    Attributes:
        assets: Patterns of the assets.
        most: How many rows at most.
        sensitive: Whether OFFICIAL-SENSITIVE assets may be read, and those whose storage does not say what they are.
        masking: Ways to mask by column, over those that the detector of personal data proposes.
    """

    assets: tuple[str, ...]
    most: int = 1000
    sensitive: bool = False
    masking: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what lets nothing be read.

        Raises:
            ValueError: No asset or no row may be.
        """
        if not self.assets or not 1 <= self.most <= 1_000_000:
            raise ValueError("samples name assets, and take 1 to 1,000,000 rows")

    __pydantic_config__: ClassVar[Any] = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one file of policies may hold.

    Attributes:
        use: Ready sets: `minimal`, `official`, `official-sensitive`.
        organisation: Who answers for the data.
        rules: Rules by id; one of the project takes the place of a ready set's of the same id.
        exceptions: Exceptions from rules.
        downgrades: Recorded decisions that a classification falls.
        holds: Legal holds.
        processing: Processing activities by id.
        roles: Roles by name.
        samples: What may be read of other environments, by the environment.
    """

    use: tuple[Literal["minimal", "official", "official-sensitive"], ...] = ()
    organisation: Organisation | None = None
    rules: Mapping[str, Rule] = field(default_factory=dict)
    exceptions: tuple[Exemption, ...] = ()
    downgrades: tuple[Downgrade, ...] = ()
    holds: tuple[Hold, ...] = ()
    processing: Mapping[str, Activity] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    samples: Mapping[str, Sampling] = field(default_factory=dict)

    __pydantic_config__: ClassVar[Any] = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies(Written):
    """All policies of a project, with those of the ready sets that it uses.

    Attributes:
        places: Where each thing stands, as `file:line`, by its section and its id or number.
    """

    places: Mapping[tuple[str, str | int], str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFacts:
    """What the rules look at of an asset. None stands for what nobody knows where it was looked at: it is not judged.

    Attributes:
        name: The asset.
        layer: Its layer.
        inputs: The assets that it reads.
        sources: The resources that it reads.
        owners: Its owners.
        description: What it is.
        classification: What it declares.
        beyond: What those of its inputs are classified that nobody makes here: other projects, sources.
        retention_days: How long its data is kept.
        key: The columns of its key.
        checks: The names of its checks.
        personal: The columns of personal data that are declared.
        found: The columns that the detector of personal data found, declared or not.
        columns: All columns that are known.
        compute: What its compute decorator says: `kind`, `memory_mb` and so on.
        cost: What one run costs, in US dollars.
        partitioned: Whether it has partitions.
        notebook: The notebook that it was promoted from.
        module: The module that defines it.
        approved_by: Who signed its record of assurance as it stands, its analyst aside.
        outside: Whether it is an output outside the lake (a file, a table), whose rows the platform cannot reach.
        model: Whether it is a model of dbt that no notebook makes.
    """

    name: str
    layer: str = ""
    inputs: tuple[str, ...] = ()
    sources: tuple[str, ...] | None = ()
    owners: tuple[str, ...] = ()
    description: str = ""
    classification: str | None = None
    beyond: Mapping[str, str] = field(default_factory=dict)
    retention_days: int | None = None
    key: tuple[str, ...] = ()
    checks: tuple[str, ...] | None = ()
    personal: tuple[str, ...] = ()
    found: tuple[Found, ...] | None = None
    columns: tuple[str, ...] | None = None
    compute: Mapping[str, Any] | None = None
    cost: float | None = None
    partitioned: bool = False
    notebook: str = ""
    module: str = ""
    approved_by: tuple[str, ...] | None = None
    outside: bool = False
    model: bool = False

    @property
    def shown(self) -> str:
        """The asset as a person reads it.

        >>> AssetFacts(name="rents", layer="gold").shown
        'gold:rents'
        """
        return f"{self.layer}:{self.name}" if self.layer else self.name
