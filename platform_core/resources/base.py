"""What every resource has in common: a name, values from the environment read when used, and a silent repr."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Self

import dagster as dg
from pydantic import Field, PrivateAttr

from platform_core.errors import UserError
from platform_core.fields import fields_of
from platform_core.needed import needed
from platform_core.resources import recording

_INTEGER_VARIABLE = type(dg.EnvVar.int("NAME"))

__all__ = ["REFERENCES", "ConnectedResource", "PlatformResource", "needed"]

# How a text begins that refers to a secret of AWS Secrets Manager or of the Parameter Store
REFERENCES = ("secretsmanager:", "ssm:/")


class PlatformResource(dg.ConfigurableResource[Any]):
    """A resource that works the same under Dagster and by hand.

    Args:
        name: What the project calls it; recordings stand in a folder of that name.
    """

    name: str = Field(default="", pattern=r"^[A-Za-z0-9_]*$")

    # The fields that hold a secret: a project's YAML may only say where each is kept
    secrets: ClassVar[tuple[str, ...]] = ()

    _replays: Path | None = PrivateAttr(default=None)
    _given: set[str] = PrivateAttr(default_factory=set)  # every secret that was used: an answer may tell of an old one

    def __init__(self, **data: Any) -> None:
        with fields_of(type(self), data):  # Dagster passes over what it does not know, and shows what is wrong
            super().__init__(**data)

    @classmethod
    def replaying(cls, folder: Path | str, name: str = "") -> Self:
        """Give a resource of this type that reads what is recorded in a folder, and never the live source."""
        absent = {field: "replayed" for field, about in cls.model_fields.items() if about.is_required()}
        resource = cls(**absent, name=name)
        resource._replays = Path(folder)
        return resource

    @classmethod
    def at_project(cls, fields: Mapping[str, Any], project: Path) -> dict[str, Any]:
        """Give the fields of the YAML as this type takes them, with paths relative to the project made absolute."""
        return dict(fields)

    def text(self, field: str) -> str:
        """Give a text field's value, read from the environment where it is an `EnvVar`.

        A field that holds a secret may refer to one that AWS keeps; see `SecretsResource`.

        Raises:
            UserError: The environment variable is not set, or the secret cannot be read. Names are shown, never values.
        """
        value = getattr(self, field)
        found = self._environment(field, value.env_var_name) if isinstance(value, dg.EnvVar) else str(value)
        if field not in self.secrets:
            return found
        found = self._referred(found) if found.startswith(REFERENCES) else found
        self._given.add(found)
        return found

    def number(self, field: str) -> int:
        """Give a whole number's value, read from the environment where it is an `EnvVar.int`.

        Raises:
            UserError: The environment variable is not set or holds no whole number.
        """
        value = getattr(self, field)
        if not isinstance(value, _INTEGER_VARIABLE):
            return int(value)
        text = self._environment(field, value.env_var_name)
        try:
            return int(text)
        except ValueError:
            raise UserError(f"The environment variable {value.env_var_name} holds no whole number.") from None

    def _environment(self, field: str, variable: str) -> str:
        found = os.environ.get(variable)
        if found is None:
            raise UserError(
                f"The environment variable {variable} is not set.",
                hint=f"{type(self).__name__} reads its {field} there: set it before the notebook or the run starts.",
            )
        return found

    def _referred(self, text: str) -> str:
        from platform_core.resources.secrets import referred  # noqa: PLC0415 - only where a secret is referred to

        found = referred(text)
        return text if found is None else found

    def secret_values(self) -> list[str]:
        """Give the values that may be shown nowhere, as far as they are known."""
        for field in self.secrets:
            with suppress(UserError):  # one that cannot be read is known to nobody
                self.text(field)
        return sorted(filter(None, self._given.copy()), key=len, reverse=True)  # one may be a part of another

    def forget_secrets(self) -> bool:
        """Forget the secrets that this resource refers to, so that they are read anew, and say whether it does."""
        values = (getattr(self, field) for field in self.secrets)
        texts = (value.get_value() or "" if isinstance(value, dg.EnvVar) else str(value) for value in values)
        if not any(text.startswith(REFERENCES) for text in texts):
            return False
        from platform_core.resources.secrets import forget_referred  # noqa: PLC0415 - only where one is

        forget_referred()
        return True

    def scrubbed(self, text: str) -> str:
        """Give a text of another program without the secrets that it may hold."""
        for value in self.secret_values():
            text = text.replace(value, "***")
        return text

    @property
    def is_replaying(self) -> bool:
        """Whether a recording is read instead of the live source."""
        return self._replays is not None or recording.replay_folder(self._label) is not None

    @property
    def is_recorded(self) -> bool:
        """Whether what is read is recorded, or comes from a recording."""
        return self.is_replaying or recording.record_folder(self._label) is not None

    def refuse_writing(self) -> None:
        """Refuse to write while a recording is replayed.

        Raises:
            UserError: One is.
        """
        if self.is_replaying:
            raise UserError(
                f"The resource {self._label!r} replays a recording, so nothing is written to it.",
                hint="Write in an asset of its own, after the data is made; a bronze step only reads.",
            )

    def _kept(self, file: str, write: Callable[[Path], object]) -> Path | None:
        return recording.kept(self._label, file, write, self._replays)

    @property
    def _label(self) -> str:
        return self.name or type(self).__name__

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Show the name alone: under Dagster any other field may hold a secret."""
        yield "name", self.name


class ConnectedResource(PlatformResource):
    """A resource that connects when it is first used, and stays connected until it is closed."""

    _connected: Any = PrivateAttr(default=None)

    def close(self) -> None:
        """Close what is open and not in use. The next use connects anew."""
        connected, self._connected = self._connected, None
        if connected is not None:
            self._disconnect(connected)

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Close the connections when a run of Dagster ends."""
        self.close()

    def _disconnect(self, connected: Any) -> None:
        connected.close()
