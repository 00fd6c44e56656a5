"""What other readers of Parquet look for in a file that pandas wrote: the format that pandas' documentation describes.

It says which columns were the index and what types pandas had, as far as readers that know nothing of us can use it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas
import pyarrow as pa
from pyarrow.pandas_compat import get_logical_type

Json = Any
pd: Any = pandas  # dispatch on types at run time is beyond what the stubs describe


def pandas_metadata(frame: Any, fields: Sequence[str], types: Sequence[Any]) -> bytes:
    """Give the metadata under the key `pandas`.

    Args:
        frame: The frame.
        fields: Names of the stored columns, the levels of the index last.
        types: Their Arrow types.
    """
    width = frame.shape[1]
    index = frame.index
    levels = index.dtypes if isinstance(index, pd.MultiIndex) else [index.dtype]
    dtypes = [*frame.dtypes, *levels][: len(fields)]
    names = [*fields[:width], *index.names][: len(fields)]
    stored: list[Json] = list(fields[width:])
    if not stored:
        stored = [{"kind": "range", "name": None, "start": index.start, "stop": index.stop, "step": index.step}]
    columns = [
        _column(None if name is None else str(name), field, dtype, arrow)
        for name, field, dtype, arrow in zip(names, fields, dtypes, types, strict=True)
    ]
    whole = isinstance(frame.columns.dtype, np.dtype) and frame.columns.dtype.kind in "iu"
    header = _column(None, None, frame.columns.dtype if whole else object, pa.int64() if whole else pa.string())
    told = {
        "index_columns": stored,
        "column_indexes": [header],
        "columns": columns,
        "creator": {"library": "pyarrow", "version": pa.__version__},
        "pandas_version": pd.__version__,
    }
    return json.dumps(told).encode()


def _column(name: str | None, field: str | None, dtype: Any, arrow: Any) -> dict[str, Json]:
    metadata: Json = None
    numpy_type = "object"
    if isinstance(dtype, pd.CategoricalDtype) and pa.types.is_dictionary(arrow):
        numpy_type = "int32"
        metadata = {"num_categories": len(dtype.categories), "ordered": bool(dtype.ordered)}
    elif isinstance(dtype, pd.DatetimeTZDtype):
        numpy_type, metadata = f"datetime64[{dtype.unit}]", {"timezone": arrow.tz}
    elif isinstance(dtype, pd.StringDtype | pd.PeriodDtype | pd.BooleanDtype) or _is_number(dtype):
        numpy_type = str(dtype)
    logical = _logical(arrow)
    return {"name": name, "field_name": field, "pandas_type": logical, "numpy_type": numpy_type, "metadata": metadata}


def _logical(arrow: Any) -> str:
    try:
        return "object" if isinstance(arrow, pa.BaseExtensionType) else str(get_logical_type(arrow))
    except NotImplementedError:  # newer types of Arrow
        return "object"


def _is_number(dtype: Any) -> bool:
    kind = getattr(dtype, "kind", "O")
    return (
        kind in "biufMm"
        and (isinstance(dtype, np.dtype) or hasattr(dtype, "numpy_dtype"))
        and "[pyarrow]" not in str(dtype)
    )
