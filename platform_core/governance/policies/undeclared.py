"""The rule about columns that look personal and are declared nowhere: it holds where no file says anything of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from platform_core.governance.policies.model import Activity, AssetFacts, Policies
from platform_core.governance.policies.rule import Rule

RULE: Literal["personal_columns"] = "personal_columns"
_TOLD = Rule(rule=RULE, severity="warning")
_DECLARE = (
    "Write `#| personal: [{}]` (in code `personal=`), or `metadata={{'personal': True}}` in the contract; where it is "
    "no personal data, say so under `exceptions:` in policies/, with owner, reason and last day."
)
_DECLARE_IN_DBT = (
    "Write `personal: [{}]` under `config: meta:` of the model, or `meta: {{personal: true}}` of the column; where it "
    "is no personal data, say so under `exceptions:` in policies/, with owner, reason and last day."
)


def rules_of(policies: Policies) -> Mapping[str, Rule]:
    """Give the rules of policies by id, with a warning about personal columns where they say nothing of these.

    >>> rules_of(Policies())["personal_columns"].severity
    'warning'
    """
    said = any(rule.rule == RULE for rule in policies.rules.values())
    return policies.rules if said else {RULE: _TOLD, **policies.rules}


def undeclared(asset: AssetFacts, activities: Sequence[Activity]) -> Iterator[tuple[str, str, str]]:
    """Give each column that was found and is declared nowhere: the sentence, what to do, the column.

    Args:
        asset: The asset; where nobody looked at its data nothing is found.
        activities: The processing activities that it belongs to.

    >>> from platform_core.governance.policies.found import Found
    >>> people = AssetFacts(name="people", layer="silver", personal=("tel",), found=(Found("mail", "email", 1.0),))
    >>> next(undeclared(people, ()))[0]
    'silver:people has a column that looks personal (e-mail address) and is declared nowhere: mail.'
    """
    declared = {*asset.personal, *(column for one in activities for column in one.declares(asset.name))}
    for one in asset.found or ():
        if one.column not in declared:
            said = f"{asset.shown} has a column that looks personal ({one.shown}) and is declared nowhere"
            name = "".join(c if c.isprintable() else "?" for c in one.column)
            yield f"{said}: {name}.", (_DECLARE_IN_DBT if asset.model else _DECLARE).format(name), one.column
