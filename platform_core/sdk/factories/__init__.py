"""Common patterns in one call: what brings data in, and what gives it out.

Each call has two forms. With *names* it is an asset of a module; with the *things themselves* it is done at once, as
in a notebook or in the function of a step:

    raw_permits = ingest_table("register", "planning.permits", name="raw_permits", watermark="updated_at")
    frame = ingest_table(resource("register"), "planning.permits", name="raw_permits", watermark="updated_at")

    fees_csv = publish_file("fees", "outbox", "fees.csv")
    publish_file(fees, resource("outbox"), "fees.csv")

All of them are safe to run again, and whoever reads what they write sees the old or the new, whole.
"""

from __future__ import annotations

from platform_core.hints import TYPE_CHECKING
from platform_core.lazy import loader

if TYPE_CHECKING:
    from platform_core.sdk.factories.files import ingest_files, ingest_spreadsheet
    from platform_core.sdk.factories.index import search_index
    from platform_core.sdk.factories.publish import publish_file, publish_index, publish_object, publish_table
    from platform_core.sdk.factories.sources import ingest_api, ingest_table

_PLACES = {
    "ingest_table": "sources",
    "ingest_api": "sources",
    "ingest_files": "files",
    "ingest_spreadsheet": "files",
    "publish_file": "publish",
    "publish_table": "publish",
    "publish_object": "publish",
    "publish_index": "publish",
    "search_index": "index",
}

__all__ = [
    "ingest_api",
    "ingest_files",
    "ingest_spreadsheet",
    "ingest_table",
    "publish_file",
    "publish_index",
    "publish_object",
    "publish_table",
    "search_index",
]

__getattr__ = loader(__name__, _PLACES)
