"""The kinds of personal data that are found, and the names of columns that say them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from platform_core.values import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a kind of personal data.

    Attributes:
        name: Its name in findings.
        meaning: What it is, in a phrase.
        decided_by: `checksum`, `format` (its own structure and ranges) or `context` (the words or the name of the column
            beside it; nothing in the value itself can tell).
        named: What a column's name looks like that says the kind, as a pattern over `_words_`.
        standard: Where the format is published.
    """

    name: str
    meaning: str
    decided_by: str
    named: str
    standard: str


_NO = "(?:_(?:no|nos|num|number|numbers|code|ref|id|nr))?"

_EVERY = (
    Kind("email", "an e-mail address", "format", "e_?mails?|mail|mailbox", "RFC 5321"),
    Kind(
        "phone",
        "a telephone or fax number, with its extension",
        "format",
        "phones?|ffon|telephones?|tel|mobiles?|mob|fax|cell|landline|contact_(?:no|num|number)",
        "Ofcom's National Telephone Numbering Plan; ITU-T E.164",
    ),
    Kind(
        "postcode",
        "a postcode of the UK",
        "format",
        "post_?codes?|cod_post|pcode|pcds?|postal_code|post_cd|zip",
        "BS 7666",
    ),
    Kind(
        "national_insurance",
        "a National Insurance number",
        "format",
        "nino|nin|rhif_yg|national_insurance|nat_ins|ni_(?:no|num|number)|ni$",
        "HMRC NIM39110",
    ),
    Kind(
        "nhs_number", "an NHS number", "checksum", "nhs|rhif_gig|chi_(?:no|number)", "NHS Data Dictionary, modulus 11"
    ),
    Kind(
        "card",
        "a payment card's number",
        "checksum",
        "card|pan|credit_card|debit_card|cc_(?:no|num|number)",
        "ISO/IEC 7812",
    ),
    Kind("iban", "an international bank account number", "checksum", "ibans?", "ISO 13616"),
    Kind(
        "sort_code",
        "a bank's sort code",
        "context",
        "sort_?codes?|sort$|s_?code|cod_didoli|bank_code|sort_cd|branch_code|(?<!_)sc$",
        "Pay.UK",
    ),
    Kind(
        "account_number",
        "a bank account's number",
        "context",
        "bank_accounts?|rhif_cyfrif|account_?(?:no|num|number|nr)|acc(?:t|n)?_?(?:no|num|number|nr)|bank_acc(?:t|oun|ou)?|acct(?!_ref)|bank_ac|(?<!_)acc$",
        "Pay.UK",
    ),
    Kind(
        "name",
        "a person's name",
        "context",
        "(?:full|first|last|middle|given|family|christian|maiden|birth|known|preferred|customer|applicant|person|staff|employee"
        "|patient|client|contact|owner|tenant|landlord|agent|officer|author|user|member|resident|signatory|claimant|child"
        "|parent|guardian|carer|driver|holder|payee|cardholder|account_holder|student|pupil|teacher|manager|director|witness"
        "|complainant|objector|respondent|case_?worker|inspector|councillor|spouse|next_of_kin|kin)_?names?"
        "|fore_?names?|sur_?names?|enw(?:_llawn)?|cyfenw|lname|fname|initials?|known_as|nick_?names?|alias(?:es)?|applicants?|tenants?|landlords?|(?<!user_)agents?|officers?|customers?"
        "|patients?|clients?|claimants?|complainants?|objectors?|signatory|signed_by|case_officer|(?<!preferred_)(?<!last_)(?<!first_)contact(?:_person)?$|employees?"
        "|person|people|owners?|residents?|councillor|author|next_of_kin|payee|cardholder|account_holder|account_name|inspector"
        "|signed_off_by|(?:created|updated|approved|checked|authorised|logged|raised|handled|interviewed|prepared|seen|referred|allocated|reviewed|submitted|decided|reported|inspected|proposed|seconded|witnessed)_by|assigned_to",
        "none",
    ),
    Kind(
        "date_of_birth",
        "a date of birth",
        "context",
        "dob|do_b|dyddiad_geni|d_o_b|date_?of_?birth|birth_?(?:date|day|dt)|born(?:_on)?|dt_?birth|date_birth|birth",
        "none",
    ),
    Kind("passport", "a passport's number", "context", "pass_?ports?|pasbort|ppt", "ICAO 9303"),
    Kind(
        "driving_licence",
        "a driver number of Great Britain",
        "format",
        "driv(?:ing|ers?)_?licen[cs]es?|driver_?(?:no|num|number|id)|licen[cs]e_(?:no|num|number)|dl_(?:no|number)|dvla",
        "DVLA INF1",
    ),
    Kind(
        "vehicle_registration",
        "a vehicle's registration mark",
        "format",
        "vrm|vrn|vehicle_?(?:reg|registration|no|number|mark)|reg(?:istration)?_?(?:no|num|number|mark|plate)|(?:number|licen[cs]e)_?plates?"
        "|registration$|reg$|plates?$|car_reg",
        "DVLA INF104",
    ),
    Kind(
        "ip_address",
        "an IP address, version 4 or 6",
        "format",
        "ip|ips|ipv[46]|ip_?addr(?:ess)?|remote_addr|client_ip|host_ip",
        "RFC 791, RFC 4291",
    ),
    Kind(
        "utr",
        "a Unique Taxpayer Reference",
        "checksum",
        "utrs?|unique_?tax_?payer|tax_?payer|tax_(?:ref|reference)|sa_utr",
        "HMRC",
    ),
    Kind(
        "uprn",
        "a Unique Property Reference Number, which stands for an address",
        "context",
        "uprns?|property_reference",
        "BS 7666",
    ),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _EVERY})
"""Every kind that is found, by its name.

>>> sorted(KINDS)[:3], KINDS["nhs_number"].decided_by
(['account_number', 'card', 'date_of_birth'], 'checksum')
"""

_COMPILED = {kind.name: re.compile(rf"(?:^|_)(?:{kind.named}){_NO}(?:_|$)") for kind in _EVERY}

# Said by a column's name alone: no form tells these, so `scan` gives no spans of them
_BY_NAME_ALONE = {
    "address": "address(?:es)?|streets?|addr|address_?line_?[0-9]*|street_address|house_(?:no|number|name)|next_of_kin_address",
    "special_category": (
        "ethnicit(?:y|ies)|ethnic(?:_group)?|race|religions?|belief|disabilit(?:y|ies)|disabled|sexual_orientation|sexuality|gender(?:_identity)?"
        "|sex|health|diagnosis|medical|trade_union|union_member|political|biometric|genetic|nationality|immigration(?:_status)?|convictions?|offences?"
    ),
    "personal": (
        "age|ages|marital_status|signatures?|usernames?|user(?:_id)?|login|person_id|photo|ip|salary|income|benefits?|nok|carer|accounts?|contacts?|gender|dna"
    ),
}
_NAMED_ALONE = {kind: re.compile(rf"(?:^|_)(?:{words})(?:_|$)") for kind, words in _BY_NAME_ALONE.items()}

# Names that say something else: what is in these columns is no person's however it looks
_OTHER = re.compile(
    r"(?:^|_)(?:order|invoice|tracking|isbn|issn|ean|gtin|barcode|sku|product|version|release|build|sha\d*|md5|hash|guid|uuid|commit|checksum|epoch"
    r"|timestamp|lat|latitude|lon|lng|longitude|easting|northing|amount|cost|price|fee|total|value_gbp|grid|lad|lsoa|msoa|ward|gss|sic|nace|count|quantity"
    r"|duration|percent|rate|score|imei|iccid|meter|mpan|mprn)(?:_|$)"
    # what is given out with a number: a badge, the key of a locker
    r"|(?:^|_)(?:badge|locker|warrant)(?:_(?:no|nos|num|number|id|ref))?$"
)
# What few names of columns need is made into patterns when one does. `person_id`, `customer_no`: who it is, and no name
_KEY = r"_(?:ids?|nos?|nums?|numbers?|codes?|refs?|references?|nr|keys?|uuid|guid|hash|index|idx)$"
_NOT_PEOPLE = (
    r"(?:^|_)(?:organi[sz]ations?|company|companies|firm|employer|street|road|town|city|county|country|place|area|region|ward|parish|authority|council|department"
    r"|status|outcome|decision|type|category|class|title|site|project|team|product|dataset|building|property|school|species|brand|model|make"
    r"|colour|color|event|course|subject|asset|host|server|domain|scheme|policy|service|business|supplier|vendor|trust|hospital|practice|books?|films?|novel|song|venue|premises|estate|station|club|charity|landmark|monument|tree|plant|bird|animal|habitat"
    r"|park|village|locality|constituency|job|role|post|position|occupation|hotel|pub|vessel|ship|boat|software|act|legislation|law)_?(?:name|names)?(?:_|$)"
    r"|(?:^|_)(?:file|table|column|field|layer|sheet|month|day|week|weekday|season|quarter|year|period|term|holiday|language|currency|unit|metric|measure|indicator|variable|parameter"
    r"|feature|attribute|group|segment|sector|zone|district|division|cent(?:re|er)|ledger|fund|grant|programme|program|disease|condition|drug|medicine|medication|treatment|procedure"
    r"|vehicle|car|item|material|qualification|award|device|browser|app|package|function|step|task|stage|scenario|set|list|code|chart)_?names?(?:_|$)|(?:^|_)(?:(?:address_?|addr_?)?line_?[0-9]|addr(?:ess)?_?[0-9])(?:_|$)"
)
# `property_owner` is a person all the same
_PEOPLE = (
    r"_(?:owner|manager|leader|lead|contact|officer|director|applicant|agent|clerk|organiser|tenant|occupier|driver|keeper|holder|teacher|author"
    r"|signatory|person|landlord|worker|nurse|doctor|consultant|councillor|keeper|head|headteacher|chair|secretary|pupil|student|parent|guardian|resident)s?(?:_?names?)?$"
    # what is written about a school or a project may speak of anybody
    r"|_(?:entry|entries|notes?|comments?|logs?|text|description|details|remarks?|body|messages?|letters?|reports?|records?|summary|minutes|feedback|narrative|history|free_?text|actions?|updates?)$"
)
# How many people, where numbers stand in the column
_MANY = r"(?:^|_)(?:people|persons|residents|tenants|applicants|claimants|patients|clients|customers|employees|owners|occupants|occupiers|objectors|complainants|landlords|agents|officers)(?:_|$)"
# Roles, where a person's name may stand or that of a firm, or a mark: the values have to say it
_ROLES = re.compile(
    r"(?:^|_)(?:names?|keepers?|assessors?|examiners?|head_?teachers?|teachers?|tutors?|social_workers?|support_workers?|key_?workers?|gps?|consultants?|clinicians?|carers?|parents?|guardians?|emergency_contacts?"
    r"|drivers?|witness(?:es)?|attendees?|trustees?|directors?|managers?|chair(?:man|woman|person)?|clerk|mps?|councillors|members?|authors|editors?|reviewers?|supervisors?|lecturers?|mentors?|executors?|defendants?"
    r"|appellants?|solicitors?|occupiers?|occupants?|pupils?|students?|volunteers?|players?|artists?|performers?|panel|apologies|present|signatories|beneficiar(?:y|ies)|donors?|sponsors?|presenters?|speakers?|coach|judges?"
    r"|approvers?|requesters?|requestors?|reporters?|assignees?|originators?|preparers?|checkers?|nominees?|referrers?|mentees?|leaders?|leads?|organi[sz]ers?|coordinators?|administrators?|treasurers?|governors?"
    r"|surveyors?|architects?|technicians?|operatives?|interpreters?|advocates?|nurses?|midwi(?:fe|ves)|doctors?|surgeons?|investigators?|interviewers?|interviewees?|callers?|donees?|heirs?|spouses?|mother|father"
    r"|children|siblings?|electors?|voters?|engineers?|plumbers?|electricians?|winners?|candidates?|instructors?|trainers?|trainees?|learners?|households?|holders?|scorers?|ringers?|umpires?|captains?|referees?|middle|given|family|(?<=_)[fs]n)(?:_?[0-9]{1,2})?$"
)


def words_of(column: str) -> str:
    """Give a column's name as lower-case words with `_` between them.

    >>> [words_of(name) for name in ("applicantEmail", "NHS No.", "D.O.B.", "IPAddress2")]
    ['applicant_email', 'nhs_no', 'd_o_b', 'ip_address2']
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", column)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


@dataclass(frozen=True, slots=True)
class Named:
    """What a column's name says of its values.

    Attributes:
        kinds: Kinds that it says, as `scan` names them.
        alone: What no value can show: `address`, `special_category` or `personal`; None where it says none.
        other: Whether it says something that is nobody's: an order, a version, a coordinate.
        people: Whether names of people may stand there.
        loose: Whether it says `name` and not whose, or a role: then the values have to say that it is a person's.
        many: Whether it says people in the plural: numbers there say how many.
    """

    kinds: frozenset[str]
    alone: str | None
    other: bool
    people: bool
    loose: bool
    many: bool

    def says(self, *kinds: str) -> bool:
        """Say whether the name says one of some kinds."""
        return not self.kinds.isdisjoint(kinds)


@lru_cache(4096)
def named(column: str) -> Named:
    """Read a column's name.

    >>> sorted(named("Applicant e-mail").kinds), named("ethnic_group").alone, named("order_number").other
    (['email'], 'special_category', True)
    """
    text = words_of(column)
    kinds = {kind for kind, pattern in _COMPILED.items() if pattern.search(text)}
    people = not re.search(_NOT_PEOPLE, text) or bool(re.search(_PEOPLE, text))
    alone = next((kind for kind, pattern in _NAMED_ALONE.items() if pattern.search(text)), None)
    many = kinds == {"name"} and bool(re.search(_MANY, text))
    key = kinds == {"name"} and bool(re.search(_KEY, text))
    if not people or key or len(kinds) > 1 or alone in {"address", "special_category"}:
        kinds.discard("name")
    if "birth" in text and "date_of_birth" in kinds and re.search("place|town|country|name", text):
        kinds.discard("date_of_birth")
    role = people and not kinds and not _OTHER.search(text) and bool(_ROLES.search(text))
    if role:
        kinds.add("name")
    return Named(
        frozenset(kinds),
        None if kinds else "personal" if key and people else alone,
        bool(_OTHER.search(text)) and not kinds,
        people,
        role,
        many,
    )
