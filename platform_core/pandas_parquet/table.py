"""A pandas frame as an Arrow table, and back: to type, index, labels and attrs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pandas
import pyarrow as pa

from platform_core.errors import UserError
from platform_core.pandas_json import value_from_json, value_to_json
from platform_core.pandas_parquet.columns import decode_column, encode_column
from platform_core.pandas_parquet.labels import decode_header, decode_index, encode_header, encode_index
from platform_core.pandas_parquet.others import pandas_metadata
from platform_core.pandas_parquet.refusals import Unstorable

if TYPE_CHECKING:
    import pandas as pd_types

Json = Any
pd: Any = pandas  # dispatch on types at run time is beyond what the stubs describe

KEY = b"workbench.pandas"
_VERSION = 1
_SHOWN = 5  # columns that a refusal names


def table_of(frame: pd_types.DataFrame) -> pa.Table:
    """Give a pandas frame as an Arrow table of plain columns, with all else in its metadata.

    The levels of an index are the last columns, but for unnamed numbers that only count the rows.

    Raises:
        UserError: Two columns have one name as text, or a column, the index or the attrs hold what no Parquet file can
            hold. No value of the data is shown.
    """
    fields = [_text(label) for label in frame.columns]
    _refuse_repeated(fields)
    arrays, forms = [], []
    refused: list[tuple[int, Unstorable]] = []
    for place in range(len(fields)):
        try:
            array, form = encode_column(frame.iloc[:, place])
        except Unstorable as error:
            refused.append((place, error))
            continue
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            refused.append((place, _unknown(error)))  # the libraries' own messages show values
            continue
        arrays.append(array)
        forms.append(form)
    if refused:
        raise _refused_columns(frame, fields, refused)
    try:
        levels, index = encode_index(frame.index)
    except (pa.ArrowException, TypeError, ValueError, OverflowError, Unstorable) as error:
        told = error if isinstance(error, Unstorable) else _unknown(error)
        raise _refused("The index", "df.index", told) from None
    try:
        facts = {
            "version": _VERSION,
            "fields": fields,
            "columns": forms,
            "header": encode_header(frame.columns),
            "index": index,
            "attrs": _attrs(frame.attrs),
            **({} if frame.flags.allows_duplicate_labels else {"duplicates": False}),
        }
    except Unstorable as error:
        raise _refused("The header", "df.columns", error) from None
    names = [*fields, *(facts["index"].setdefault("fields", _index_fields(frame.index, fields))[: len(levels)])]
    table = pa.table([*arrays, *levels], names=names)
    metadata = {
        b"pandas": pandas_metadata(frame, names, [array.type for array in (*arrays, *levels)]),
        KEY: json.dumps(facts).encode(),
    }
    return table.replace_schema_metadata(metadata)


def frame_of(table: pa.Table) -> pd_types.DataFrame:
    """Give the pandas frame that a table holds: the one that `table_of` took, or what Arrow makes of another table."""
    facts = facts_of(table.schema.metadata)
    if facts is None:
        return cast("pd_types.DataFrame", table.to_pandas())
    fields, index_fields = facts["fields"], facts["index"]["fields"]
    if table.column_names != [*fields, *index_fields[: len(table.column_names) - len(fields)]]:
        return cast("pd_types.DataFrame", table.to_pandas())  # written anew by another tool
    columns = [decode_column(table.column(at), form) for at, form in enumerate(facts["columns"])]
    levels = [table.column(at) for at in range(len(fields), table.num_columns)]
    index = decode_index(levels, facts["index"])
    # a bare array of objects would be looked at for a better type
    series = {place: pd.Series(column, index=index, dtype=column.dtype) for place, column in enumerate(columns)}
    frame = pd.DataFrame(series, index=index)
    frame.columns = decode_header(facts["header"], fields)
    frame.attrs = {value_from_json(key): value_from_json(value) for key, value in facts["attrs"]}
    frame.flags.allows_duplicate_labels = facts.get("duplicates", True)
    return cast("pd_types.DataFrame", frame)


def facts_of(metadata: Mapping[bytes, bytes] | None) -> Json:
    """Give what the metadata of a table or a file says of the pandas frame in it, or None."""
    text = (metadata or {}).get(KEY)
    facts = json.loads(text) if text is not None else None
    return facts if facts is not None and facts.get("version") == _VERSION else None


def _index_fields(index: Any, columns: Sequence[str]) -> list[str]:
    """Give the names of the stored levels: their own where no column has it, as pandas does."""
    fields: list[str] = []
    for place, name in enumerate(index.names):
        field = f"__index_level_{place}__" if name is None else _text(name)
        while field in columns or field in fields:
            field = f"{field}_index"
        fields.append(field)
    return fields


def _text(label: Any) -> str:
    text = label if isinstance(label, str) else str(label)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UserError("A column's name is no Unicode (a lone surrogate).", hint="Rename it.") from None
    return text


def _refuse_repeated(fields: Sequence[str]) -> None:
    repeated = sorted({field for field in fields if fields.count(field) > 1}) if len(set(fields)) < len(fields) else []
    if repeated:
        raise UserError(
            f"Several columns are called {', '.join(map(repr, repeated))}.", hint="Give every column its own name."
        )


def _attrs(attrs: Mapping[Any, Any]) -> list[list[Json]]:
    try:
        return [[value_to_json(key), value_to_json(value)] for key, value in attrs.items()]
    except UserError:
        types = ", ".join(sorted({type(value).__name__ for value in attrs.values()}))
        raise UserError(
            f"The frame's attrs hold objects ({types}), which no Parquet file can hold.",
            hint="Take them off first, as with df.attrs = {}.",
        ) from None


def _refused_columns(
    frame: pd_types.DataFrame, fields: Sequence[str], refused: Sequence[tuple[int, Unstorable]]
) -> UserError:
    """Say why the first of them cannot be stored, with those that hold the same, and what converts them all."""
    first = refused[0][1]
    alike = [place for place, error in refused if (error.held, error.advice) == (first.held, first.advice)]
    if len(alike) == 1:
        return _refused(f"Column {fields[alike[0]]!r}", f"df[{frame.columns[alike[0]]!r}]", first)
    shown = ", ".join(repr(fields[place]) for place in alike[:_SHOWN])
    more = f" and {len(alike) - _SHOWN} more" if len(alike) > _SHOWN else ""
    labels = ", ".join(repr(frame.columns[place]) for place in alike)
    return UserError(
        f"Columns {shown}{more} hold {first.held}, which no Parquet file can hold.",
        hint=f"Convert them first, as with for name in [{labels}]: {first.advice.replace('{}', 'df[name]')}.",
    )


def _refused(what: str, code: str, error: Unstorable) -> UserError:
    return UserError(
        f"{what} holds {error.held}, which no Parquet file can hold.",
        hint=f"Convert it first, as with {error.advice.replace('{}', code)}.",
    )


def _unknown(error: Exception) -> Unstorable:
    return Unstorable(f"values that Arrow refuses ({type(error).__name__})", "{} = {}.astype(str)")
