"""What may be a number or a code of a person: the forms in which each is written, tried in this order at each place.

Rust's `regex` knows no look-around, so a form ends at a word's end and what stands on either side is judged afterwards.
Classes are those of ASCII, which are many times faster; other scripts' digits, dashes and spaces were made those before.
"""

from __future__ import annotations

_D = "[0-9]"
_A = "[A-Za-z]"
_EDGE = r"(?-u:\b)"
_GAP = r"[ .\-/()\[\]]{0,3}"
_MONTH = (
    "(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    "|ionawr|chwefror|mawrth|ebrill|mai|mehefin|gorffennaf|awst|medi|hydref|tachwedd|rhagfyr)"
)
MONTH = _MONTH
_COUNTRY = (
    "(?i:AD|AE|AL|AT|AZ|BA|BE|BG|BH|BI|BR|BY|CH|CR|CY|CZ|DE|DJ|DK|DO|EE|EG|ES|FI|FK|FO|FR|GB|GE|GI|GL|GR|GT|HR|HU|IE|IL|IQ|IS|IT|JO|KW|KZ|LB|LC|LI|LT|LU|LV"
    "|LY|MC|MD|ME|MK|MN|MR|MT|MU|NI|NL|NO|OM|PK|PL|PS|PT|QA|RO|RS|RU|SA|SC|SD|SE|SI|SK|SM|SO|ST|SV|TL|TN|TR|UA|VA|VG|XK|YE)"
)
_EXTENSION = r"(?:[ ,;]{0,2}(?i:ext(?:ension|n)?\.?:?|x|#) ?[0-9]{1,6})?"
_TIME = r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+\-][0-9]{2}:?[0-9]{2})?)?"

UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
IPV4 = rf"{_D}{{1,3}}(?:\.{_D}{{1,3}}){{3}}(?:/{_D}{{1,2}})?"
IPV6 = (
    r"(?:[0-9A-Fa-f]{1,4}|:):(?:[0-9A-Fa-f]{0,4}:){1,6}(?:[0-9A-Fa-f]{1,4}|:)"  # `14:30` is none
    r"(?:(?:\.[0-9]{1,3}){3})?(?:%[A-Za-z0-9]{1,12})?(?:/[0-9]{1,3})?"
)
DATE = rf"(?:{_D}{{1,4}}[/.\-]{_D}{{1,2}}[/.\-]{_D}{{1,4}}|{_D}{{1,2}} / {_D}{{1,2}} / {_D}{{2,4}}|[0-3]{_D} [01]{_D} (?:19|20){_D}{{2}}){_TIME}"
DATE_IN_WORDS = (
    rf"{_D}{{1,2}}(?i:st|nd|rd|th)?(?: of)?[ \-/.,]{{0,2}}{_MONTH}[ \-/.,]{{0,2}}(?:'?{_D}{{4}}|'?{_D}{{2}})"
    rf"|{_MONTH}[ .\-]{{1,2}}{_D}{{1,2}}(?i:st|nd|rd|th)?,? {{0,1}}{_D}{{4}}"
    rf"|{_D}{{4}}[ \-]{_MONTH}[ \-]{_D}{{1,2}}"
)
PHONE_ABROAD = rf"[1-9](?:{_GAP}{_D}){{6,14}}{_EXTENSION}"
# No bracket opens after the first group: `04518747 (09-61-84)` is an account with its sort code
PHONE_AT_HOME = rf"0(?:[ .\-/()]{{0,2}})[1-9](?:(?:[ .\-/)\[\]]{{0,3}}|,){_D}){{7,9}}{_EXTENSION}"
PHONE_44 = rf"44[ \-]?(?:[(\[]0[)\]])?[ \-]?[1-9](?:[ .\-]{{0,2}}{_D}){{8,9}}{_EXTENSION}"
CARD = (
    rf"[2-6]{_D}{{3}}(?:[ .\-]{{0,2}}{_D}{{4}}){{2}}(?:[ .\-]{{0,2}}{_D}{{1,4}}(?:[ .\-]{{0,2}}{_D}{{1,3}})?)?"
    rf"|3{_D}{{3}}[ .\-]{{0,2}}{_D}{{6}}[ .\-]{{0,2}}{_D}{{4,5}}"
)
IBAN = rf"(?i:IBAN)?{_COUNTRY}{_D}{{2}}(?:[ .\-]?[A-Za-z0-9]{{4}}){{2,7}}(?:[ .\-]?[A-Za-z0-9]{{1,3}})?"
LICENCE = (
    rf"[A-Za-z][A-Za-z9]{{4}}[ \-]?{_D}{{6}}[ \-]?{_A}[A-Za-z9][ \-]?{_D}[ \-]?{_A}{{2}}(?:[ \-]?{_D}{{2}})?"
    rf"|[A-Z][A-Z9]{{3}} [A-Z9]{_D}{{3}} {_D}{{3}}[A-Z] [A-Z9]{_D}[A-Z]{{2}}"  # in fours
)
_PAIRS = rf"{_D}{{2}}[ .\-/]?{_D}{{2}}[ .\-/]?{_D}{{2}}"
_UNDOTTED = _PAIRS.replace(".", "")
# A small word before numbers is more often a word
NI = (
    # `IP 10.20.30.40` is none: dots go on as they began
    rf"[A-Z]{{2}}(?:[ \-/]{_UNDOTTED}|\.?{_PAIRS})(?:[ .\-/]?[A-Da-d])?|{_A}{{2}}{_PAIRS}(?:[ .\-/]?[A-Da-d])?|{_A}{{2}}[ .\-/]?{_PAIRS}[ .\-/]?[A-Da-d]"
    rf"|[A-Z] [A-Z](?: {_D}){{6}}(?: [A-D])?"
    rf"|{_A}{{2}} {_D}{{3}} {_D}{{3}}(?: [A-Da-d])"
)
POSTCODE = (
    rf"(?i:[A-Z]{{1,2}}{_D}[0-9A-Z]?[ \-.]{{0,2}}{_D}[ABD-HJLNP-UW-Z]{{2}}|GIR ?0AA|BFPO (?:c/o )?{_D}{{1,4}}|BFPO{_D}{{1,4}}"
    r"|(?:ASCN|STHL|TDCU|BBND|BIQQ|FIQQ|PCRN|SIQQ|TKCA|AI-2640) ?1ZZ|GX11 ?1AA)"
)
# The last two letters of Northern Ireland's marks
_IRISH = "(?:IA|[DKR]Z|IB|[LX]Z|IJ|[BJS]Z|I[GLWZ]|[NY]Z|UI|JI|[HV]Z|OI|XI|[ACEFGMOPTUW]Z)"
_JOINT = r"(?:-| {0,2})"
MARK = (
    rf"[A-Z]{{2}}{_D}{{2}}{_JOINT}[A-Z]{{3}}|[a-z]{{2}}{_D}{{2}} ?[a-z]{{3}}|[A-Z][a-z]{_D}{{2}} ?[A-Z][a-z]{{2}}|[A-Z]{_D}{{1,3}}{_JOINT}[A-Z]{{3}}|[a-z]{_D}{{1,3}} ?[a-z]{{3}}"
    rf"|[A-Z]{{3}}{_JOINT}{_D}{{1,3}}[A-Z]|[a-z]{{3}} ?{_D}{{1,3}}[a-z]|[A-Z]{_IRISH}{_JOINT}{_D}{{1,4}}|[a-z]{_IRISH.lower()} ?{_D}{{3,4}}"
)
DATELESS = (
    r"(?-u:\b)(?:[Rr]eg(?:istration|n)?|REG|VRM|VRN|vrm|vrn|[Pp]late|[Ii]ndex|[Rr]egistered keeper of)\.?(?: (?:no\.?|number|mark))?(?: is|:)?[ #=\t]?"
    rf"((?:[A-Z]{{1,3}} ?[1-9]{_D}{{0,3}}|[1-9]{_D}{{0,3}} ?[A-Z]{{1,3}}|[a-z]{{1,3}}[1-9]{_D}{{1,3}}|[1-9]{_D}{{1,3}}[a-z]{{3}}))(?-u:\b)( [A-Z]{{3}}(?-u:\b))?"
)
"""A mark without a date behind the word that says it: by itself it might be anything; and three letters behind it."""
PASSPORT = rf"{_A}{{1,2}}{_D}{{6,8}}|[A-Z]{{1,2}}{_D}{{1,2}} {_D}{{3}} {_D}{{3}}|{_A}{_D}{{2}}{_A}{{2}}{_D}{{4}}|{_D}{{2}}[A-Z]{{2}}{_D}{{5}}|[A-Z]{_D}{{2}}[A-Z]{_D}{{4}}[A-Z0-9]|[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{{8}}"
BANK = rf"{_D}{{2}}[ \-./]{_D}{{2}}[ \-./]{_D}{{2}}|{_D}{{4}}[ \-]{_D}{{4}}|{_D}{{2}} {_D}{{3}} {_D}{{3}}"
TENS = rf"{_D}{{3}}[ \-.]{{1,2}}{_D}{{3}}[ \-.]{{1,2}}{_D}{{3,4}}|{_D}{{5}}[ \-]{_D}{{5}}(?: ?[Kk])?|{_D}{{3}} {_D}{{3}} {_D}{{2}} {_D}{{2}}"
NUMBER = rf"{_D}{{6,20}}(?: ?[Kk])?"
SPACED_NUMBER = rf"{_D}{{3,5}}(?: {_D}{{3,5}}){{1,3}}"

NHS_IN_WELSH = rf"GIG {_D}{{3}}[ \-]{_D}{{3}}[ \-]{_D}{{4}}"  # before it could be a mark

CODES = (
    rf"\(?(?:\+ ?|{_EDGE}00[ \-]?|{_EDGE}011[ \-])(?:{PHONE_ABROAD}){_EDGE}"
    rf"|::(?:[0-9A-Fa-f]{{1,4}}:){{0,6}}[0-9A-Fa-f]{{1,4}}(?:(?:\.{_D}{{1,3}}){{3}})?{_EDGE}"
    # A network's address may end in its colons, which are no word's end
    rf"|\({{0,1}}{_EDGE}(?:[0-9A-Fa-f]{{1,4}}:){{2,7}}:(?:/[0-9]{{1,3}}{_EDGE}|(?-u:\b{{end-half}}))"
    rf"|\({{0,1}}{_EDGE}(?:"
    + "|".join(
        f"(?:{form})"
        for form in (
            UUID,
            IPV6,
            IPV4,
            DATE,
            DATE_IN_WORDS,
            LICENCE,
            IBAN,
            NI,
            POSTCODE,
            NHS_IN_WELSH,
            MARK,
            PASSPORT,
            CARD,
            PHONE_44,
            TENS,
            PHONE_AT_HOME,
            BANK,
            SPACED_NUMBER,
            NUMBER,
        )
    )
    + rf"){_EDGE}"
)
"""All forms of numbers and codes as one pattern: a text is read once."""
