"""The words beside a value that say what it is, or that it is something else."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from platform_core.values import dataclass

# Patterns over `before` and `after`: what stands on either side, in small letters
_BEFORE = {
    "phone": r"(?-u:\b)(?:tel|tele?phone[ds]?|phone[ds]?|ring|rang|call(?:s|ed)?|mob|mobiles?|cell|fax(?:ed)?|whatsapp|ff[oô]n(?:iwch)?|text(?:ed)?|sms|dial|voicemail|landline|ph|t|m|f)(?-u:\b)",
    "national_insurance": r"(?-u:\b)(?:ni|n\.i\.?|nino|ninumber|rhif yg|yswiriant gwladol|national insurance|nat\.? ins)(?-u:\b)",
    "nhs_number": r"(?-u:\b)(?:nhs(?:no|num|number)?|n\.h\.s|rhif gig|patient|chi)(?-u:\b)",
    "card": r"(?-u:\b)(?:card|visa|master ?card|amex|american express|maestro|pan|debit|credit|paid with|payment)(?-u:\b)",
    "iban": r"(?-u:\b)iban(?-u:\b)",
    "sort_code": r"(?-u:\b)(?:sort[ \-]?codes?|sort|s/c|sc|cod didoli)(?-u:\b)",
    "account_number": r"(?-u:\b)(?:a/c|acc|acct|accounts?|acc(?:ount|t)?(?:no|num|number)|ac no|bank details|cyfrif)(?-u:\b)|(?-u:\b)ac[:. ]{0,2}$",
    "date_of_birth": r"(?:(?-u:\b)(?:born|birth|birthday|birthdate|d\.? ?o\.? ?b|dateofbirth|geni|ganwyd)(?-u:\b)|(?-u:\b)b\.)",
    "passport": r"(?-u:\b)(?:pass ?ports?|pasbort|passport(?:no|num|number)|ppt(?: no)?|pp no)(?-u:\b)",
    "driving_licence": r"(?-u:\b)(?:driving|driver'?s?|licen[cs]e|dvla|dvl?ni|dl)(?-u:\b)",
    "vehicle_registration": r"(?-u:\b)(?:vrm|vrn|reg|regn|registration|registered|number ?plates?|plates?|vehicle|car|van|lorry|truck|taxi|motorbike|motorcycle|index|drove|driving|drives|driven|parked|ticketed|hackney|pcn|pcns|clamped|towed|mot|v5c?|scooter|moped|tractor|minibus|coach|transit|number ?plate)(?-u:\b)",
    "ip_address": r"(?-u:\b)(?:ip|ipv[46]|host|address|client|server|from|dns|ping|pinged|resolver|traceroute|gateway|src|dst|nameserver|proxy|login|blocked|ssh|http|https)(?-u:\b)",
    "bank": r"(?-u:\b)(?:pay|paid|payments?|bank|banks?|transfer(?:red)?|into|account|a/c|sort|branch|barclays|lloyds|natwest|hsbc|santander|nationwide|halifax|monzo|starling|rbs|tsb|bacs|refund|salary|direct debits?|standing orders?|mandates?|drawn on|cheques?)(?-u:\b)",
    "utr": r"(?-u:\b)(?:utr|u\.t\.r|utr(?:no|num|number)|unique tax|tax ?payer|tax ref|tax reference|self[ \-]assessment|hmrc)(?-u:\b)",
    "uprn": r"(?-u:\b)(?:uprns?|unique property|property reference)(?-u:\b)",
}
_AFTER = {
    "date_of_birth": r"^[^a-z0-9]{0,3}(?:(?:as|is|was) (?:the |an? |my |his |her |their )?)?\(?(?:d\.?o\.?b|date of birth|birth|born(?-u:\b))|^\|[mf](?:\||$)",
    "uprn": r"^[)\]:, ]{0,4}\(?uprn",
    "nhs_number": r"^[^a-z0-9]{0,3}\(?nhs",
    "utr": r"^ ?[(\[]utr",
    "passport": r"^ ?[(\[]?(?:uk |british )?passport",
    "phone": r"^[^a-z0-9]{0,3}\(?(?:tel|mob|mobile|home|work|fax|office|landline)(?-u:\b)",
    "account_number": r"^[^a-z0-9]{0,3}\(?a/?c(?-u:\b)|^ ?\(acc(?:oun)?t(?-u:\b)",
    "sort_code": r"^[^a-z0-9]{0,3}\(?sort",
    "national_insurance": r"^[^a-z0-9]{0,3}\(?(?:ni(?-u:\b)|national)",
    "vehicle_registration": r"^[^a-z0-9]{0,3}\(?(?:reg|vehicle|parked(?-u:\b))",
}
_SAID_OTHERWISE = {
    "date_of_birth": r"(?-u:\b)(?:decided|received|issued|died|death|appointed|joined|registered|visit\w*|valid|expire[sd]?|since|starts?|started|met|seen|moved|reviewed|dated|until|signed)(?-u:\b)",
    "account_number": r"(?-u:\b)(?:council tax|library|twitter|user|customer|rent|energy|water|accounts? (?:for|of|in|by|dated))(?-u:\b)",
    "driving_licence": r"(?-u:\b)(?:premises?|alcohol|tv|television|rod|fishing|guns?|firearms?|shotgun|street|trading|gambling|entertainment|marriage|software|club|personal|music|hmo|waste|operator'?s?|sia|export|import|animal|pet|taxi|scaffold|skip) licen[cs]e(?-u:\b)",
    "phone": r"(?-u:\b)(?:recall|called for|calls? for [0-9])(?-u:\b)",
}
OTHER = (
    r"(?:(?-u:\b)(?:order|po|awb|refs?|reference|invoice|inv|tracking|case|isbn|issn|ean|gtin|sku|version|ver|v|release|build|serial|imei|iccid|application|app|appeal|crime"
    r"|ticket|receipt|booking|reservation|voucher|parcel|job|batch|part|model|catalogue|barcode|hash|epoch|timestamp|meter|mpan|policy|claim|file|document|doc|permit|consignment"
    r"|asset|company|charity|vat|ofsted|urn|grid|scores?|lottery|combination|dimensions|lots?|ratio|chapters?|ages?|aged|npk|cas|sizes?|pages?|pp|lat|latitude|longitude|eta|etd|odds|routes?|legs|frames?|waist|chest|long|doses?|ranks?|ranked|splits?|split times|strip|shade|ral|pantone|jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)"
    r"(?: ?(?:no|nos|num|number|numbers|id|code|ref|reference|reg))?\.?|[#£$€])[ :#=(\-]{0,3}$"
)
_OTHER_AFTER = r"^[^a-z0-9]{0,3}(?:epoch|unix|bytes|rows|records|seconds|mm|cm|kg|minutes|hours|years|ratio|split|mg|ml|mcg|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?-u:\b)"
_PART = r"(?-u:\b)(?:section|figs?|figures?|tables?|annex|schedule|part|item|step|regulation|rule|article|oid|dewey|app|criteri(?:on|a)|update|upgrade|recommendation|condition|objective|standard|question|outcome|target|paragraph|para|clause|version|ver|release|build|firmware|patch|revision|rev|api|sdk|chapter|appendix|policy|python|java|node|chrome|firefox|safari|lib[a-z0-9]+|openssl|nginx|apache|mysql|postgres|redis|docker|driver|bios|edition|software|plugin|module|package|windows|android|ios|linux|kernel|polars|pandas|v|rv:)\.? ?$"
# Joined to what stands before, as the parts of a reference are
_GLUED_LEFT = r"[A-Za-z0-9][\-/_#]$|[0-9][.,:]$"
_LABEL_LEFT = r"(?:^|[^a-z0-9])(?:tel|mob|fax|ph|phone|no|nos|nhs|ni|nino|utr|uprn|dob|ip|reg|vrm|a/c|ac|acc|sc|card|pan|iban|mobile|home|work|passport|postcode)[\-/ #.]$"
_GLUED_RIGHT = r"^(?:[\-/_#][A-Za-z0-9]|[.,][0-9])"


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around pieces: their own columns `left`, `right`, `before` and `after`, or one row of those for many.

    Attributes:
        shared: What stands before pieces that have nothing else around them: the pieces' column `around` gives each
            the place of its text here. None where every piece has its own.
    """

    shared: tuple[str, ...] | None = None

    @property
    def some(self) -> pl.Expr:
        """Whether anything may stand around a piece."""
        if self.shared is None or all(self.shared):
            return pl.lit(value=True)
        return pl.lit(pl.Series([left != "" for left in self.shared])).gather(pl.col("around"))

    def of(self, told: pl.Expr) -> pl.Expr:
        """Give what an expression over the surroundings comes to for each piece: worked out once where they share them.

        >>> pieces = pl.DataFrame({"piece": ["123", "456"], "around": [0, 0]})
        >>> pieces.filter(Around(("order ",)).of(other())).height
        2
        """
        if self.shared is None:
            return told
        written = told.meta.serialize()
        values = [_worked_out(left, written) for left in self.shared]
        return pl.lit(values[0]) if len(set(values)) == 1 else pl.lit(pl.Series(values)).gather(pl.col("around"))


@lru_cache(4096)
def _worked_out(left: str, told: bytes) -> bool | str:
    """Work out an expression where a text stands before a piece; texts that columns' names make are few."""
    value: bool | str = _stands_before(left).select(pl.Expr.deserialize(told)).item()
    return value


@lru_cache(256)
def _stands_before(left: str) -> pl.DataFrame:
    return beside(pl.DataFrame({"left": [left], "right": [""]}))


def beside(pieces: pl.DataFrame) -> pl.DataFrame:
    """Add what stands on either side in small letters, which the words are looked for in: `passport_no=` is two."""
    return pieces.with_columns(
        before=pl.col("left").str.to_lowercase().str.replace_all("_", " ", literal=True),
        after=pl.col("right").str.to_lowercase(),
    )


def said(*kinds: str) -> pl.Expr:
    """Say whether the words beside a piece (`before`, `after`) name one of some kinds.

    >>> pieces = pl.DataFrame({"left": ["DOB: ", "born in Hull, decided on "], "right": ["", ""]})
    >>> beside(pieces).select(said("date_of_birth")).to_series().to_list()
    [True, False]
    """
    before = pl.col("before")
    found = before.str.contains("|".join(_BEFORE[kind] for kind in kinds))
    for kind in kinds if len(kinds) == 1 else ():
        if kind in _SAID_OTHERWISE:
            # What happened before somebody was born in the sentence says nothing of the date behind it
            later = before.str.extract(rf"(?s)^.*{_BEFORE[kind]}(.*)$", 1) if kind == "date_of_birth" else before
            found &= ~later.str.contains(_SAID_OTHERWISE[kind]).fill_null(value=False)
    behind = [_AFTER[kind] for kind in kinds if kind in _AFTER]
    return found | pl.col("after").str.contains("|".join(behind)) if behind else found


def other() -> pl.Expr:
    """Say whether the words just before a piece name something that is nobody's: an order, a version."""
    return pl.col("before").str.contains(OTHER) | pl.col("after").str.contains(_OTHER_AFTER)


def happened() -> pl.Expr:
    """Say whether the words before a date tell what happened then: a visit, a decision."""
    return pl.col("before").str.contains(_SAID_OTHERWISE["date_of_birth"])


def part_of_document() -> pl.Expr:
    """Say whether a piece numbers a section or a version."""
    return pl.col("before").str.contains(_PART)


def glued() -> pl.Expr:
    """Say whether a piece is part of a longer reference; a label before it (`tel-`) makes it none."""
    left = pl.col("left")
    joined = left.str.contains(_GLUED_LEFT) & ~pl.col("before").str.contains(_LABEL_LEFT)
    return joined | pl.col("right").str.contains(_GLUED_RIGHT)
