"""Time zones as JSON: the same zone comes back, of the same library."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from platform_core.pandas_parquet.refusals import Unstorable

Json = Any

_HOUR = dt.timedelta(hours=1)
_FURTHEST = 12  # hours from UTC that Polars reads as a fixed offset


def zone_form(zone: dt.tzinfo) -> Json:
    """Give a time zone as JSON.

    Raises:
        Unstorable: The zone has neither a name nor a fixed offset.

    >>> zone_form(ZoneInfo("Europe/London")), zone_form(dt.UTC), zone_form(dt.timezone(dt.timedelta(minutes=330)))
    ({'zoneinfo': 'Europe/London'}, {'fixed': 0}, {'fixed': 19800})
    """
    if isinstance(zone, ZoneInfo) and zone.key:
        return {"zoneinfo": zone.key}
    if type(zone) is dt.timezone:
        offset = zone.utcoffset(None)
        named = zone != dt.UTC and zone.tzname(None) != dt.timezone(offset).tzname(None)
        form: Json = {"fixed": offset.total_seconds() if offset.microseconds else int(offset.total_seconds())}
        return form | {"name": zone.tzname(None)} if named else form
    library = type(zone).__module__.partition(".")[0]
    if library == "pytz":
        name = getattr(zone, "zone", None)
        minutes = getattr(zone, "_minutes", None)
        if name is not None or minutes is not None:
            return {"pytz": name} if name is not None else {"pytz_minutes": minutes}
    if library == "dateutil":
        if type(zone).__name__ == "tzutc":
            return {"dateutil": "UTC"}
        path = str(getattr(zone, "_filename", ""))
        name = path.partition("zoneinfo/")[2]
        if name:
            return {"dateutil": name}
        if type(zone).__name__ == "tzoffset":
            return {"dateutil_seconds": int(zone.utcoffset(None).total_seconds()), "name": zone.tzname(None)}  # type: ignore[union-attr]  # an offset always has one
    raise Unstorable(
        f"times in a zone without a name ({type(zone).__name__})", '{} = {}.dt.tz_convert("Europe/London")'
    )


def zone_of(form: Json) -> dt.tzinfo:
    """Give the time zone that `zone_form` wrote.

    >>> zone_of({"zoneinfo": "Europe/London"})
    zoneinfo.ZoneInfo(key='Europe/London')
    """
    [kind, value] = next(iter(form.items()))
    made: Any
    match kind:
        case "zoneinfo":
            made = ZoneInfo(value)
        case "fixed":
            offset = dt.timedelta(seconds=value)
            made = dt.timezone(offset, form["name"]) if "name" in form else dt.timezone(offset)
            made = dt.UTC if made == dt.UTC and "name" not in form else made
        case "pytz":
            made = import_module("pytz").timezone(value)
        case "pytz_minutes":
            made = import_module("pytz").FixedOffset(value)
        case "dateutil":
            zones = import_module("dateutil.tz")
            made = zones.tzutc() if value == "UTC" else zones.gettz(value)
        case _:
            made = import_module("dateutil.tz").tzoffset(form["name"], value)
    return made  # type: ignore[no-any-return]  # libraries without types


def stored_zone(form: Json) -> str:
    """Give the zone that the file says to every reader: the same where all know it, else UTC, which moves no instant.

    >>> [stored_zone(form) for form in ({"pytz": "Asia/Tokyo"}, {"fixed": 3600}, {"fixed": 19800})]
    ['Asia/Tokyo', '+01:00', 'UTC']
    """
    [kind, value] = next(iter(form.items()))
    if kind in {"zoneinfo", "pytz", "dateutil"}:
        return value if _known(value) else "UTC"
    seconds = value * 60 if kind == "pytz_minutes" else value
    hours, rest = divmod(dt.timedelta(seconds=seconds), _HOUR)
    if rest or not hours or abs(hours) > _FURTHEST:
        return "UTC"
    return f"{'+' if hours > 0 else '-'}{abs(hours):02d}:00"


def _known(name: str) -> bool:
    try:
        pl.Series([0]).cast(pl.Datetime("us", name))
    except pl.exceptions.PolarsError:
        return False
    return True
