"""The words beside a value that say what it is, or that it is something else."""

from __future__ import annotations

import polars as pl

# Words stand before the value, with a few between: what `left` ends with
_BETWEEN = r"(?:\W+\w+){0,3}\W*$"

_BEFORE = {
    "phone": r"\b(?:tel|tele?phone[ds]?|phone[ds]?|ring|rang|call(?:s|ed|er)?|mob|mobiles?|cell|fax(?:ed)?|whatsapp|text(?:ed)?|sms|dial|voicemail|landline|ph|t|m|f)\b",
    "national_insurance": r"\b(?:ni|n\.i\.?|nino|national insurance|nat\.? ins)\b",
    "nhs_number": r"\b(?:nhs|patient|chi)\b",
    "card": r"\b(?:card|visa|master ?card|amex|american express|maestro|pan|debit|credit|paid with|payment)\b",
    "iban": r"\biban\b",
    "sort_code": r"\b(?:sort[ \-]?codes?|sort|s/c|sc)\b",
    "account_number": r"\b(?:a/c|acc|acct|accounts?|ac no|bank details)\b",
    "date_of_birth": r"(?:\b(?:born|birth|birthday|birthdate|d\.? ?o\.? ?b)\b|\bb\.)",
    "passport": r"\bpass ?ports?\b",
    "driving_licence": r"\b(?:driving|driver'?s?|licen[cs]e|dvla|dvl?ni|dl)\b",
    "vehicle_registration": r"\b(?:vrm|vrn|reg|regn|registration|registered|number ?plates?|plates?|vehicle|car|van|lorry|truck|taxi|motorbike|motorcycle|drove|driving|drives|driven|parked|ticketed|number ?plate)\b",
    "ip_address": r"\b(?:ip|ipv[46]|host|address|client|server|from)\b",
    "utr": r"\b(?:utr|unique tax|tax ?payer|tax ref|tax reference|self[ \-]assessment|hmrc)\b",
    "uprn": r"\b(?:uprns?|unique property|property reference)\b",
}
_AFTER = {
    "date_of_birth": r"^\W{0,3}(?:\(?d\.?o\.?b|\(?date of birth|\(?birth)",
    "uprn": r"^[)\]:, ]{0,4}\(?uprn",
    "nhs_number": r"^\W{0,3}\(?nhs",
    "phone": r"^\W{0,3}\(?(?:tel|mob|mobile|home|work|fax|office|landline)\b",
    "account_number": r"^\W{0,3}\(?a/?c\b",
    "sort_code": r"^\W{0,3}\(?sort",
    "national_insurance": r"^\W{0,3}\(?(?:ni\b|national)",
    "vehicle_registration": r"^\W{0,3}\(?(?:reg|vehicle)",
}
_SAID_OTHERWISE = {
    "date_of_birth": r"\b(?:decided|received|issued|died|death|appointed|joined|registered|visit\w*|valid|expire[sd]?|since|starts?|started|met|seen|moved|reviewed|dated|until|signed)\b",
    "account_number": r"\b(?:council tax|library|twitter|user|customer|rent|energy|water|accounts? (?:for|of|in|by|dated))\b",
    "phone": r"\b(?:recall|called for|calls? for [0-9])\b",
}
OTHER = (
    r"(?i)(?:\b(?:order|refs?|reference|invoice|inv|tracking|case|isbn|issn|ean|gtin|sku|version|ver|v|release|build|serial|imei|iccid|application|app|appeal|crime"
    r"|ticket|receipt|parcel|job|batch|part|model|catalogue|barcode|hash|epoch|timestamp|meter|mpan|policy|claim|file|document|doc|permit|consignment"
    r"|company|charity|vat|ofsted|urn|grid)"
    r"(?: ?(?:no|nos|num|number|numbers|id|code|ref|reference|reg))?\.?|[#£$€])[ :#=(\-]{0,3}$"
)
_PART = r"(?i)\b(?:section|paragraph|para|clause|version|ver|release|build|chapter|appendix|policy|v)\.? ?$"
# Joined to what stands before, as the parts of a reference are
_GLUED_LEFT = r"[A-Za-z0-9][\-/_#]$|[0-9][.,:]$"
_LABEL_LEFT = r"(?i)(?:^|[^a-z0-9])(?:tel|mob|fax|ph|phone|no|nos|nhs|ni|nino|utr|uprn|dob|ip|reg|vrm|a/c|ac|acc|sc|card|pan|iban|mobile|home|work|passport|postcode)[\-/_#.]$"
_GLUED_RIGHT = r"^(?:[\-/_#][A-Za-z0-9]|[.,][0-9])"


def said(kind: str) -> pl.Expr:
    """Say whether the words beside a piece (`left`, `right`) name a kind.

    >>> pieces = pl.DataFrame({"left": ["DOB: ", "born in Hull, decided on "], "right": ["", ""]})
    >>> pieces.select(said("date_of_birth")).to_series().to_list()
    [True, False]
    """
    left = pl.col("left")
    found = left.str.contains(rf"(?i){_BEFORE[kind]}{_BETWEEN}")
    if kind in _SAID_OTHERWISE:
        found &= ~left.str.contains(f"(?i){_SAID_OTHERWISE[kind]}")
    if kind in _AFTER:
        found |= pl.col("right").str.contains(f"(?i){_AFTER[kind]}")
    return found


def other() -> pl.Expr:
    """Say whether the words just before a piece name something that is nobody's: an order, a version."""
    return pl.col("left").str.contains(OTHER)


def part_of_document() -> pl.Expr:
    """Say whether a piece numbers a section or a version."""
    return pl.col("left").str.contains(_PART)


def glued() -> pl.Expr:
    """Say whether a piece is part of a longer reference; a label before it (`tel-`) makes it none."""
    left = pl.col("left")
    joined = left.str.contains(_GLUED_LEFT) & ~left.str.contains(_LABEL_LEFT)
    return joined | pl.col("right").str.contains(_GLUED_RIGHT)
