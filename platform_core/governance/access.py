"""Access by role to layers, as the policy of a bucket and as grants of PostgreSQL: generated, to be applied by people.

Both keep out whom no role lets in. Nothing here reaches AWS or a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from platform_core.errors import UserError
from platform_core.governance.policies.model import Role

LAYERS = ("bronze", "silver", "gold")

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_ARN = re.compile(r"arn:aws[a-z-]*:(?:iam|sts)::\d{12}:[\w+=,.@/-]+")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_READ = ["s3:GetObject"]
# What is denied to others holds older versions, their tags and their rights too
_EVERY_READ, _EVERY_WRITE = ["s3:GetObject*"], ["s3:PutObject*", "s3:DeleteObject*"]
_WRITE = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]


def bucket_policy(roles: Mapping[str, Role], bucket: str, prefix: str = "lake") -> dict[str, Any]:
    """Give the policy of a bucket that lets each role read and write its layers, over TLS and encrypted alone.

    Args:
        roles: Roles by name, with the ARNs that have them under `principals`.
        bucket: The bucket's name.
        prefix: Where in it the lake stands.

    Raises:
        UserError: A name is none, or a role names no principal.

    >>> analyst = Role(read=("gold",), principals=("arn:aws:iam::123456789012:role/analyst",))
    >>> found = bucket_policy({"analyst": analyst}, "planning-lake")["Statement"]
    >>> [one["Sid"] for one in found if one["Effect"] == "Allow"]
    ['AnalystListsGold', 'AnalystReadsGold']
    """
    if not _BUCKET.fullmatch(bucket) or not re.fullmatch(r"[\w./-]*", prefix):
        raise UserError("The bucket or its prefix has no name that can be.", hint="Write it as AWS shows it.")
    own = f"arn:aws:s3:::{bucket}"
    root = prefix.strip("/")
    statements: list[dict[str, Any]] = [
        {
            "Sid": "EncryptedInTransit",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [own, f"{own}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "EncryptedAtRest",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": f"{own}/*",
            # What names no encryption gets the bucket's own; what names another is refused
            "Condition": {
                "Null": {"s3:x-amz-server-side-encryption": "false"},
                "StringNotEquals": {"s3:x-amz-server-side-encryption": ["AES256", "aws:kms"]},
            },
        },
    ]
    for name, role in sorted(roles.items()):
        principal = {"AWS": _principals(name, role)}
        for layer in LAYERS:
            if layer not in (*role.read, *role.write):
                continue
            title, place = f"{name.title().replace('_', '')}", f"{root}/{layer}" if root else layer
            verb = "Writes" if layer in role.write else "Reads"
            statements += [
                {
                    "Sid": f"{title}Lists{layer.title()}",
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": "s3:ListBucket",
                    "Resource": own,
                    "Condition": {"StringLike": {"s3:prefix": [f"{place}/*"]}},
                },
                {
                    "Sid": f"{title}{verb}{layer.title()}",
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": _WRITE if layer in role.write else _READ,
                    "Resource": f"{own}/{place}/*",
                },
            ]
    for layer in LAYERS:
        place = f"{own}/{root}/{layer}/*" if root else f"{own}/{layer}/*"
        readers = sorted(
            {one for role in roles.values() if layer in (*role.read, *role.write) for one in role.principals}
        )
        writers = sorted({one for role in roles.values() if layer in role.write for one in role.principals})
        statements += [
            _only(f"OnlyTheseRead{layer.title()}", _EVERY_READ, place, readers),
            _only(f"OnlyTheseWrite{layer.title()}", _EVERY_WRITE, place, writers),
        ]
    return {"Version": "2012-10-17", "Statement": statements}


def _only(sid: str, actions: list[str], place: str, principals: list[str]) -> dict[str, Any]:
    """Give the statement that refuses everybody else, whatever their own policies allow."""
    denied: dict[str, Any] = {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": actions, "Resource": place}
    return denied | ({"Condition": {"ArnNotEquals": {"aws:PrincipalArn": principals}}} if principals else {})


def grants(roles: Mapping[str, Role]) -> str:
    """Give the SQL that lets roles of PostgreSQL read and write the schemas of their layers, and nobody else.

    It can be run again: roles that are there stay. Each layer is a schema of its own, as `publish: {table: gold.fees}`
    writes it. Tables are covered too that the role which runs it makes later, and that the roles which write there and
    their members make, where the former may act for them.

    Raises:
        UserError: A name is none.

    >>> print(grants({"analyst": Role(read=("gold",), members=("ana",))}).splitlines()[-1])
    GRANT "analyst" TO "ana";
    """
    lines = [
        "-- Access by role to layers. Made by `workbench policy access --format sql`; run it as the schemas' owner."
    ]
    for layer in LAYERS:
        lines += [
            f'CREATE SCHEMA IF NOT EXISTS "{layer}";',
            f'REVOKE ALL ON SCHEMA "{layer}" FROM PUBLIC;',
            f'REVOKE ALL ON ALL TABLES IN SCHEMA "{layer}" FROM PUBLIC;',
            f'REVOKE ALL ON ALL SEQUENCES IN SCHEMA "{layer}" FROM PUBLIC;',
        ]
    lines += [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') "
        f"THEN CREATE ROLE {_quoted(name)} NOLOGIN; END IF; END $$;"
        for name in sorted(roles)
    ]
    for name, role in sorted(roles.items()):
        quoted = _quoted(name)
        for layer in LAYERS:
            makers = [
                who for one, other in sorted(roles.items()) if layer in other.write for who in (one, *other.members)
            ]
            lines += [
                f'REVOKE ALL ON SCHEMA "{layer}" FROM {quoted};',
                f'REVOKE ALL ON ALL TABLES IN SCHEMA "{layer}" FROM {quoted};',
                f'REVOKE ALL ON ALL SEQUENCES IN SCHEMA "{layer}" FROM {quoted};',
                _to_come(layer, makers, "REVOKE ALL ON TABLES FROM", quoted),
                _to_come(layer, makers, "REVOKE ALL ON SEQUENCES FROM", quoted),
            ]
            rights = _rights(layer, role)
            if rights:
                more = ", CREATE" if layer in role.write else ""
                lines += [
                    f'GRANT USAGE{more} ON SCHEMA "{layer}" TO {quoted};',
                    f'GRANT {rights} ON ALL TABLES IN SCHEMA "{layer}" TO {quoted};',
                    _to_come(layer, makers, f"GRANT {rights} ON TABLES TO", quoted),
                ]
            if layer in role.write:  # a column that counts by itself takes its numbers from a sequence
                lines += [
                    f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{layer}" TO {quoted};',
                    _to_come(layer, makers, "GRANT USAGE ON SEQUENCES TO", quoted),
                ]
        lines.append(_others_out(name, role))
        lines += [f"GRANT {quoted} TO {_quoted(member)};" for member in role.members]
    return "\n".join(lines) + "\n"


def _to_come(layer: str, makers: Iterable[str], right: str, to: str) -> str:
    """Give the statement that gives or takes a right on what is made later: by who runs it, and by some other roles.

    PostgreSQL keeps such rights by who makes a table. Of those for whom rights are kept, all are gone through.
    """
    named = ", ".join(f"'{_quoted(maker)[1:-1]}'" for maker in dict.fromkeys(makers))
    kept = f"SELECT defaclrole FROM pg_default_acl WHERE defaclnamespace = '{layer}'::regnamespace"  # noqa: S608 - a layer's name
    these = f"rolname = ANY (ARRAY[{named}]::name[])" + (f" OR oid IN ({kept})" if right.startswith("REVOKE") else "")
    return (
        f"DO $$ DECLARE one name; BEGIN FOR one IN SELECT rolname FROM pg_roles WHERE rolname = current_user "  # noqa: S608 - as above
        f"OR (({these}) AND pg_has_role(current_user, oid, 'USAGE')) LOOP EXECUTE format("
        f"'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA \"{layer}\" {right} {to}', one); END LOOP; END $$;"
    )


def _others_out(name: str, role: Role) -> str:
    """Give the statement that takes a role from members who are named no more; who administers it stays."""
    members = ", ".join(f"'{_quoted(member)[1:-1]}'" for member in role.members)
    return (
        "DO $$ DECLARE one name; BEGIN FOR one IN SELECT pg_get_userbyid(member) FROM pg_auth_members "  # noqa: S608 - checked names
        f"WHERE roleid = '{name}'::regrole AND NOT admin_option "
        f"AND pg_get_userbyid(member) <> ALL (ARRAY[{members}]::name[]) "
        f"LOOP EXECUTE format('REVOKE {_quoted(name)} FROM %I', one); END LOOP; END $$;"
    )


def _rights(layer: str, role: Role) -> str:
    if layer in role.write:
        return "SELECT, INSERT, UPDATE, DELETE, TRUNCATE"
    return "SELECT" if layer in role.read else ""


def _principals(name: str, role: Role) -> list[str]:
    _quoted(name)
    wrong = [one for one in role.principals if not _ARN.fullmatch(one)]
    if not role.principals or wrong:
        raise UserError(
            f"The role {name!r} {'names no principal' if not role.principals else 'names a principal that is no ARN'}.",
            hint="Write principals: [arn:aws:iam::123456789012:role/NAME] under it.",
        )
    return sorted(role.principals)


def _quoted(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UserError(f"{name!r} is no name of a role.", hint="Use lower-case letters, digits and underscores.")
    return f'"{name}"'


def allowed(roles: Mapping[str, Role], layer: str) -> Iterable[tuple[str, str]]:
    """Give who may do what with a layer: role and `reads` or `writes`."""
    for name, role in sorted(roles.items()):
        if layer in role.write:
            yield name, "writes"
        elif layer in role.read:
            yield name, "reads"
