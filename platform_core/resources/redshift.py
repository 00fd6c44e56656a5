"""Amazon Redshift, which speaks the protocol of PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from platform_core.errors import UserError
from platform_core.resources.postgres import PostgresResource

if TYPE_CHECKING:
    from platform_core.resources.postgres_write import WriteMode


class RedshiftResource(PostgresResource):
    """An Amazon Redshift cluster or workgroup, with the queries of `PostgresResource`.

    Args:
        host: The endpoint's name.
        port: Its port.
        database: The database.
        username: Whose rights the queries have.
        password: The password; give `EnvVar("NAME")`, so that it stands nowhere.
        sslmode: As libpq has it.
    """

    port: int = 5439
    database: str = "dev"
    username: str = "awsuser"
    sslmode: str = "require"

    _engine: ClassVar[str] = "Redshift"

    def write_table(
        self, frame: object, table: str, *, mode: WriteMode = "append", key: Sequence[str] | str = ()
    ) -> int:
        """Refuse: Redshift takes rows from S3 and from nowhere else.

        Raises:
            UserError: Always.
        """
        raise UserError(
            "Redshift takes no rows over a connection.",
            hint="Write a Parquet file with S3Resource.write_frame, then execute(\"COPY … FROM 's3://…' IAM_ROLE …\").",
        )
