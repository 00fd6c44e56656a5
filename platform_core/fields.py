"""The fields of resources and IO managers as people give them: none is passed over, and no error shows a value."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from platform_core.errors import UserError
from platform_core.suggest import did_you_mean


class FieldError(UserError):
    """A field that has a wrong value.

    Args:
        owner: The class.
        field: The field; empty where several are wrong together.
        said: What is wrong, without the value: `should be a valid integer`.
    """

    def __init__(self, owner: str, field: str, said: str) -> None:
        super().__init__(f"The {field} of {owner} {said}." if field else f"{owner}: {said}.")
        self.field, self.said = field, said


@contextmanager
def fields_of(owner: Any, given: Collection[str]) -> Iterator[None]:
    """Check the names of the fields that are given, and say of a wrong value which field it is.

    Args:
        owner: A class of Pydantic.
        given: The names.

    Raises:
        UserError: One is not known, or lacks, or has a wrong value.
    """
    for name in given:
        if name not in owner.model_fields:
            raise UserError(f"{owner.__name__} has no field {name!r}.", hint=did_you_mean(name, owner.model_fields))
    try:
        yield
    except ValidationError as error:
        detail = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in detail["loc"])
        if field and field not in given:
            raise UserError(f"{owner.__name__} needs the field {field!r}.") from None
        said = detail["msg"].removeprefix("Value error, ").replace("Input should", "should")
        raise FieldError(owner.__name__, field, said) from None
