"""Make `adversary.jsonl`: a third set, of each format where it is widest and of its neighbours where they are nearest.

    python tests/data/pii/adversary.py [FILE]

Each kind stands alone in a column that says it, alone in one that does not (where the value itself can tell), in prose and
in lines of `key: value`, in every form that its publisher or habit allows: groups, dashes and spaces of Unicode, brackets,
prefixes, small letters, text right behind it. Beside them stand numbers and codes that are nobody's.
"""

from __future__ import annotations

import datetime as dt
import json
import string
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from random import Random

R = Random(20261129)
NB, THIN, EN, NONBREAKING = "\u00a0", "\u2009", "\u2013", "\u2011"
Made = tuple[str, str, str]  # what stands before, the value itself, what stands behind


def d(n: int, first: str = "") -> str:
    return first + "".join(R.choice(string.digits) for _ in range(n - len(first)))


def up(n: int, among: str = string.ascii_uppercase) -> str:
    return "".join(R.choice(among) for _ in range(n))


def pick(text: str) -> str:
    return R.choice(text.split())


def groups(text: str, *sizes: int, by: str = " ") -> str:
    parts, rest = [], text
    for size in sizes:
        parts.append(rest[:size])
        rest = rest[size:]
    return by.join([*parts, rest] if rest else parts)


# --- check digits, as their publishers state them


def luhn(body: str) -> str:
    total = sum(sum(divmod(int(c) * (2 if n % 2 == 0 else 1), 10)) for n, c in enumerate(reversed(body)))
    return str(-total % 10)


def nhs_of(body: str) -> str | None:
    last = 11 - sum(int(c) * w for c, w in zip(body, range(10, 1, -1), strict=True)) % 11
    return None if last == 10 else body + str(last % 11)


def utr_of(body: str) -> str:
    return "21987654321"[sum(int(c) * w for c, w in zip(body, (6, 7, 8, 9, 10, 5, 4, 3, 2), strict=True)) % 11] + body


def iban_of(country: str, bban: str) -> str:
    number = "".join(str(int(c, 36)) for c in bban + country + "00")
    return f"{country}{98 - int(number) % 97:02}{bban}"


# --- values in the forms in which people write them


def email() -> Made:
    local = R.choice([
        f"{pick('jo sam priya o.neill d.byrne')}.{pick('carver lowe ncube')}", f"{pick('info.j planning-j x')}{d(2)}", f"first_last{d(1)}", f"kim+{pick('tax spam case')}{d(2)}",
        f"{pick('J.Mensah A.Lowe')}", f"o'{pick('brien hara dowd')}", f"{d(6)}", "zoë.müller", f"{pick('a b c')}", f"case.{d(5)}=x",
    ])  # fmt: skip
    host = R.choice([
        "example.com", "mail.example.co.uk", "leeds.example.gov.uk", "nhs.example", "sub.dept.example.org", "xn--bcher-kva.example", "bücher.example", "EXAMPLE.COM", "a-b.example.net", "example.museum", "exämple.de",
    ])  # fmt: skip
    before, after = R.choice([("", ""), ("", ""), ("<", ">"), ("mailto:", ""), ("(", ")"), ("e:", ""), ('"', '"'), ("", ","), ("", ";"), ("[", "]")])
    return before, f"{local}@{host}", after


AREAS = ["0113 496", "0161 496", "020 7946", "020 3456", "029 2018", "028 9649", "01632 960", "01223 456", "01539 722", "0117 946", "0141 496", "023 8081", "01204 5"]


def phone() -> Made:
    kind = R.randrange(6)
    if kind < 2:
        area, start = R.choice(AREAS).split()
        number = start + d(11 - len(area) - len(start))
    elif kind < 4:
        area, number = "07" + R.choice("45789") + d(2), d(6)
    elif kind == 4:
        area, number = pick("0800 0808 0300 0333 0345 0844 0871"), d(7)
    else:
        before, after = R.choice([("", ""), ("tel: ", ""), ("Phone ", ".")])
        abroad = R.choice([
            f"+33 1 {d(2)} {d(2)} {d(2)} {d(2)}", f"+49 30 {d(7)}", f"+1 (212) 555-01{d(2)}", f"+353 1 {d(3)} {d(4)}", f"+91 98{d(3)} {d(5)}", f"+1.415.555.01{d(2)}", f"0033 6 {d(2)} {d(2)} {d(2)} {d(2)}",
            f"+34 6{d(2)} {d(3)} {d(3)}", f"+48 {d(3, '5')} {d(3)} {d(3)}", f"+61 4{d(2)} {d(3)} {d(3)}", f"+234 80{d(1)} {d(3)} {d(4)}",
        ])  # fmt: skip
        return before, abroad, after
    half = len(number) // 2
    cut = R.choice([number, f"{number[:half]} {number[half:]}", f"{number[:3]} {number[3:]}"])
    rest = area[1:]
    text = R.choice([
        f"{area} {cut}", f"{area}{number}", f"({area}) {cut}", f"({area}){number}", f"{area}-{cut.replace(' ', '-')}", f"{area}.{cut.replace(' ', '.')}", f"{area}{NB}{cut}", f"{area}{NONBREAKING}{cut.replace(' ', NONBREAKING)}",
        f"+44 {rest} {cut}", f"+44{rest}{number}", f"+44 (0){rest} {cut}", f"+44 (0) {rest} {cut}", f"+44(0){rest}{number}", f"(+44) {rest} {cut}", f"(+44){rest}{number}", f"0044 {rest} {cut}", f"0044{rest}{number}", f"+44-{rest}-{number}",
        f"+44 (0)-{rest}-{cut.replace(' ', '-')}", f"44 {rest} {cut}", f"+44{THIN}{rest}{THIN}{cut}", f"00 44 {rest} {cut}", f"+44 [0]{rest} {cut}", f"{area} / {number}", f"{area} {EN} {number}",
    ])  # fmt: skip
    before, after = R.choice(
        [("", "")] * 4 + [("tel:", ""), ("Tel. ", ""), ("Mob: ", ""), ("t: ", ""), ("(", ")"), ("", " (home)"), ("", " (after 6pm)"), ("", ", ask for reception"), ("Fax ", "")]
    )
    if R.random() < 0.12:
        text += R.choice([" ext. 204", " x12", " ext 4410", " extension 7", " (ext 31)"])
    if text.startswith("(") and before == "(":
        before = after = ""
    return before, text, after


def postcode() -> Made:
    area = R.choice(
        [
            f"{pick('B L M S G N W E')}{d(1, pick('1 2 3 4 5 6 7 8 9'))}",
            f"{pick('LS SW SE BT CF EH AB PL NE WV')}{R.randint(1, 19)}",
            f"{pick('EC1 EC2 EC3 EC4 SW1 W1')}{pick('A V N M Y')}",
            "WC2N",
            "E1W",
            "N1C",
            "SE1P",
        ]
    )
    inward = d(1) + up(2, "ABDEFGHJLNPQRSTUWXYZ")
    code = R.choice(
        [
            f"{area} {inward}",
            f"{area} {inward}",
            f"{area}{inward}",
            f"{area.lower()} {inward.lower()}",
            f"{area}{inward}".lower(),
            f"{area}  {inward}",
            f"{area}{NB}{inward}",
            f"{area}-{inward}",
            f"{area.title()} {inward.lower()}",
        ]
    )
    if R.random() < 0.06:
        code = pick("GIR*0AA BFPO*57 BFPO*801 JE2*3BT IM1*1AG GY1*2PQ").replace("*", " ")
    return R.choice([("", code, ""), ("", code, ""), ("", code, "."), ("(", code, ")"), ("Leeds, ", code, ""), ("12 Mill Lane, York ", code, ", UK")])


def national_insurance() -> Made:
    while (prefix := up(1, "ABCEGHJKLMNOPRSTWXYZ") + up(1, "ABCEGHJKLMNPRSTWXYZ")) in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}:
        pass
    n, s = d(6), up(1, "ABCD")
    text = R.choice([
        f"{prefix}{n}{s}", f"{prefix} {groups(n, 2, 2)} {s}", f"{prefix}-{groups(n, 2, 2, by='-')}-{s}", f"{prefix}{n} {s}", f"{prefix} {n} {s}", f"{prefix.lower()}{n}{s.lower()}", f"{prefix}{NB}{groups(n, 2, 2, by=NB)}{NB}{s}",
        f"{prefix}.{groups(n, 2, 2, by='.')}.{s}", f"{prefix.lower()} {groups(n, 2, 2)} {s.lower()}", f"{prefix} {n[:3]} {n[3:]} {s}", f"{prefix}{EN}{groups(n, 2, 2, by=EN)}{EN}{s}", f"{prefix}/{groups(n, 2, 2, by='/')}/{s}",
    ])  # fmt: skip
    return R.choice([("", text, ""), ("", text, ""), ("NI ", text, ""), ("NINO:", text, ""), ("(", text, ")"), ("NI number ", text, "."), ("N.I. No. ", text, "")])


def nhs_number() -> Made:
    while (number := nhs_of(d(9, R.choice(["4", "6", "7", "999", "45", "62"])))) is None:
        pass
    text = R.choice(
        [
            number,
            groups(number, 3, 3),
            groups(number, 3, 3, by="-"),
            groups(number, 3, 3, by=NB),
            groups(number, 3, 3, by="."),
            groups(number, 3, 3, by=EN),
            groups(number, 3, 3, by=THIN),
        ]
    )
    return R.choice([("", text, ""), ("NHS ", text, ""), ("NHS No. ", text, ""), ("NHS number: ", text, ";"), ("NHS#", text, ""), ("patient ", text, "")])


NETWORKS = [
    ("4", 16),
    ("4", 13),
    ("4", 19),
    ("51", 16),
    ("55", 16),
    ("2221", 16),
    ("2720", 16),
    ("34", 15),
    ("37", 15),
    ("36", 14),
    ("300", 14),
    ("38", 14),
    ("6011", 16),
    ("65", 16),
    ("644", 16),
    ("3528", 16),
    ("3589", 16),
    ("62", 16),
    ("62", 19),
    ("6759", 16),
    ("5018", 16),
    ("6304", 18),
]


def card() -> Made:
    start, size = R.choice(NETWORKS)
    body = d(size - 1, start)
    n = body + luhn(body)
    fours = [4, 6] if size in {14, 15} else [4] * (size // 4 - (size % 4 == 0))
    text = R.choice([n, groups(n, *fours), groups(n, *fours, by="-"), groups(n, *fours, by=NB), groups(n, *fours, by=EN), groups(n, *fours, by=".")]) if size != 13 else n
    return R.choice([("", text, ""), ("card ", text, ""), ("Visa ", text, " exp 09/27"), ("Card no.: ", text, ""), ("paid by card ", text, ", thanks"), ("PAN=", text, "")])


IBANS = {
    "GB": "AAAA99999999999999",
    "DE": "999999999999999999",
    "FR": "9999999999NNNNNNNNNNN99",
    "NL": "AAAA9999999999",
    "IE": "AAAA99999999999999",
    "ES": "99999999999999999999",
    "IT": "A9999999999NNNNNNNNNNNN",
    "NO": "99999999999",
    "BE": "999999999999",
    "CH": "99999NNNNNNNNNNNN",
    "PL": "999999999999999999999999",
    "SE": "99999999999999999999",
    "MT": "AAAA99999NNNNNNNNNNNNNNNNNN",
    "LC": "AAAANNNNNNNNNNNNNNNNNNNNNNNN",
    "PT": "999999999999999999999",
    "TR": "999999NNNNNNNNNNNNNNNN",
    "AE": "9999999999999999999",
    "GI": "AAAANNNNNNNNNNNNNNN",
}


def iban() -> Made:
    country = R.choice(list(IBANS))
    n = iban_of(country, "".join(up(1) if c == "A" else d(1) if c == "9" else R.choice([d(1), d(1), up(1)]) for c in IBANS[country]))
    fours = [4] * ((len(n) - 1) // 4)
    text = R.choice([n, groups(n, *fours), groups(n, *fours), groups(n, *fours, by=NB), n.lower(), groups(n, *fours, by="-"), groups(n.lower(), *fours)])
    return R.choice([("", text, ""), ("IBAN ", text, ""), ("IBAN: ", text, " BIC DEUTDEFF"), ("IBAN:", text, "."), ("pay to ", text, ", please"), ("iban=", text, "")])


def bank() -> list[tuple[str, str | None]]:
    """A sort code and an account in one line."""
    pair = d(2, pick("0 1 2 3 4 5 6 7 8")), d(2), d(2)
    code, account = R.choice(["-", " ", "", EN, "-"]).join(pair), d(8)
    if R.random() < 0.2:
        account = f"{account[:4]} {account[4:]}"
    s, a = (code, "sort_code"), (account, "account_number")
    return R.choice([
        [("sort code ", None), s, (" account number ", None), a], [("Sort Code: ", None), s, (" Account No: ", None), a], [("S/C ", None), s, (" A/C ", None), a], [("please pay into sort code ", None), s, (", account ", None), a, (", by Friday", None)],
        [("bank details: sort code ", None), s, (" and account no. ", None), a], [("Account number ", None), a, (", sort code ", None), s], [("Acc no: ", None), a, ("; SC: ", None), s], [("sort-code:", None), s, ("\naccount number:", None), a], [("sc ", None), s, (" acc ", None), a, (" (Barclays)", None)],
    ])  # fmt: skip


def born() -> tuple[str, dt.date]:
    day = dt.date(R.randint(1928, 2015), R.randint(1, 12), R.randint(1, 28))
    suffix = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(day.day, "th")
    text = R.choice([
        day.strftime("%d/%m/%Y"), day.strftime("%d-%m-%Y"), day.strftime("%d.%m.%Y"), day.strftime("%Y-%m-%d"), day.strftime("%d %b %Y"), day.strftime("%d %B %Y"), f"{day.day}{suffix} {day:%B} {day.year}", f"{day.day}{suffix} of {day:%B} {day.year}",
        day.strftime("%d/%m/%y"), f"{day.day}/{day.month}/{day.year}", day.strftime("%B %d, %Y"), day.strftime("%d-%b-%y"), day.strftime("%Y/%m/%d"), day.strftime("%d %b '%y"), day.strftime("%d%m%Y"), day.strftime("%a %d %b %Y")[4:], day.strftime("%d %m %Y"), day.strftime("%Y-%m-%dT00:00:00"),
    ])  # fmt: skip
    return text, day


def date_of_birth() -> Made:
    text, _ = born()
    return R.choice(
        [
            ("DOB ", text, ""),
            ("D.O.B. ", text, ""),
            ("dob: ", text, ","),
            ("born ", text, ""),
            ("born on ", text, " in Hull"),
            ("date of birth: ", text, ""),
            ("Date of birth ", text, "."),
            ("birthday is ", text, ""),
            ("(d.o.b. ", text, ")"),
            ("DoB=", text, ""),
            ("b. ", text, ""),
        ]
    )


def passport() -> Made:
    text = R.choice([d(9), d(9), groups(d(9), 3, 3), f"{up(2)}{d(7)}", f"{up(1)}{d(8)}", f"{up(1, 'CFGHJK')}{d(8)}"])
    return R.choice(
        [
            ("passport ", text, ""),
            ("Passport No: ", text, ""),
            ("passport number ", text, ", expires 2031"),
            ("UK passport: ", text, "."),
            ("Passport no. ", text, ""),
            ("holds British passport ", text, ""),
        ]
    )


def driving_licence() -> Made:
    family = pick("MORGA JONES WALKE KHAN9 LEE99 MACDO HO999 OCONN PATEL FU999 NDLOV")
    day = dt.date(R.randint(1935, 2004), R.randint(1, 12), R.randint(1, 28))
    month = day.month + R.choice([0, 50])
    core = f"{family}{day.year // 10 % 10}{month:02}{day.day:02}{day.year % 10}{up(1)}{R.choice([up(1), '9'])}{d(1)}{up(2)}"
    text = R.choice([core, core, core.lower(), groups(core, 5, 6), f"{core} {d(2)}", groups(core, 5, 6, by="-"), groups(core, 5, 6, 2), core + d(2)])
    return R.choice([("", text, ""), ("driving licence ", text, ""), ("Licence no: ", text, ""), ("DVLA driver number ", text, "."), ("(", text, ")")])


def vehicle_registration() -> Made:
    ok, age = "ABCDEFGHJKLMNOPRSTUVWXY", pick("02 07 12 15 19 20 23 24 51 54 58 62 66 69 71 73")
    new = f"{up(2, ok)}{age}", up(3, "ABCDEFGHJKLMNOPRSTUVWXYZ")
    prefix = f"{up(1, 'ABCDEFGHJKLMNPRSTVWXY')}{R.randint(21, 999)}", up(3, ok)
    suffix = up(3, ok), f"{R.randint(1, 999)}{up(1, 'ABCDEFGHJKLMNPRSTVWXY')}"
    irish = up(1, ok) + pick("IA EZ IB AZ IJ UI OI GZ"), f"{R.randint(1000, 9999)}"
    first, last = R.choice([new, new, new, prefix, suffix, irish])
    text = R.choice(
        [f"{first} {last}", f"{first}{last}", f"{first} {last}", f"{first}{last}".lower() if first[-1].isdigit() and last.isalpha() else f"{first}{last}", f"{first}-{last}"]
    )
    return R.choice(
        [
            ("reg ", text, ""),
            ("registration ", text, ""),
            ("vehicle ", text, " parked badly"),
            ("VRM: ", text, ""),
            ("car reg. ", text, ","),
            ("a blue van, ", text, ""),
            ("number plate ", text, "."),
        ]
    )


def ip_address() -> Made:
    h = lambda n=4: "".join(R.choice("0123456789abcdef") for _ in range(n)) or "0"  # noqa: E731
    four = R.choice(
        [
            f"192.168.{R.randint(0, 255)}.{R.randint(1, 254)}",
            f"203.0.113.{R.randint(1, 254)}",
            f"10.{R.randint(0, 255)}.{R.randint(0, 255)}.{R.randint(1, 254)}",
            f"81.2.69.{R.randint(100, 254)}",
        ]
    )
    six = R.choice(
        [
            f"2001:db8::{h()}",
            "2001:db8:" + ":".join(h() for _ in range(6)),
            f"fe80::{h()}:{h()}:{h()}:{h()}%eth0",
            f"2001:DB8::{h().upper()}:{h(2).upper()}",
            f"::ffff:{four}",
            f"2001:db8:{h()}::{h(1)}",
            "::1",
            f"2a02:{h()}:{h()}:{h()}::1",
            f"64:ff9b::{four}",
        ]
    )
    text = R.choice([four, four, six, six])
    before, after = R.choice(
        [("", ""), ("", ""), ("from ", " port 22"), ("client=", ""), ("IP: ", ""), ("[", "]"), ("http://[", "]/index") if ":" in text else ("http://", "/index"), ("", ", ")]
        + ([] if ":" in text else [("", ":8080")])
    )
    return before, text, after


def utr() -> Made:
    n = utr_of(d(9))
    text = R.choice([n, n, groups(n, 5), f"{n}K", f"{n}k", groups(n, 3, 3), f"{groups(n, 5)}K", groups(n, 5, by=NB)])
    return R.choice(
        [
            ("UTR ", text, ""),
            ("UTR: ", text, "."),
            ("Unique Taxpayer Reference ", text, ""),
            ("UTR no. ", text, ", tax year 2023"),
            ("tax reference ", text, ""),
            ("self assessment UTR ", text, ""),
        ]
    )


def uprn() -> Made:
    text = R.choice([d(12, "100"), d(12, "200"), d(11, "10"), d(12, "010"), d(9), d(8)])
    return R.choice(
        [
            ("UPRN ", text, ""),
            ("UPRN: ", text, ", 4 Mill Lane, York"),
            ("uprn=", text, ""),
            ("(UPRN ", text, ")"),
            ("Unique Property Reference Number ", text, "."),
            ("UPRN no. ", text, ""),
        ]
    )


GIVEN = "Aaliyah Callum Niamh Siobhan Rhiannon Gareth Owain Hamish Isobel Fatima Hassan Zainab Rajesh Anjali Wei Mei Kofi Abena Chidi Amara Piotr Katarzyna Andrei Ioana Giulia Matteo Beatriz João Chloé Benoît Jürgen Anneliese Siân Zoë Oluwaseun Temitope Yuki Hiroshi Dmitri Svetlana Declan Maeve Thandiwe Sipho".split()
FAMILY = "Hargreaves Entwistle Featherstone O'Connor O'Dowd McAllister MacDonald Fitzgerald Kowalczyk Nowak Popescu Chowdhury Begum Hussain Achebe Okonkwo Mensah Boateng Nguyen Tran Nakamura Petrov Ivanova García Fernández Müller Schröder Dupont D'Angelo Rossi Ndlovu Dlamini Llewellyn Cadwallader Winterbottom Sidebottom Ramsbottom Shufflebotham Papadopoulos Cholmondeley".split()


def name() -> Made:
    g, f = R.choice(GIVEN), R.choice(FAMILY)
    text = R.choice([
        f"{g} {f}", f"{g} {f}", f"{g} {f}", f"{g} {up(1, 'ABCDEJLMR')}. {f}", f"Mr {f}", f"Mrs {g} {f}", f"Ms. {g} {f}", f"Miss {g} {f}", f"Dr {g} {f}", f"Prof. {f}", f"Mx {g} {f}", f"Sir {g} {f}", f"Dame {g} {f}", f"Lady {f}", f"Lord {f}", f"Revd {g} {f}", f"Canon {g} {f}", f"Cllr {f}",
        f"{f}, {g}", f"{g} {f}-{R.choice(FAMILY)}", f"{g} van der {pick('Merwe Berg Linden')}", f"{g} de {pick('Souza Silva Vries')}", f"{f.upper()}, {g}", f"{g} {f.upper()}", f"{g[0]} {f}", f"{g[0]}. {up(1, 'ABCDEJLMR')}. {f}", f"{g.replace('O', 'O')}-{pick('Anne Marie Jean')} {f}", f"Capt {g} {f}", f"{g} {f} Jr", f"Baroness {f}",
    ])  # fmt: skip
    return R.choice([("", text, "")] * 3 + [("applicant ", text, ""), ("spoke to ", text, " about it"), ("signed by ", text, ""), ("for the attention of ", text, "")])


MAKERS: dict[str, Callable[[], Made]] = {
    f.__name__: f
    for f in (email, phone, postcode, national_insurance, nhs_number, card, iban, date_of_birth, passport, driving_licence, vehicle_registration, ip_address, utr, uprn, name)
}
SAID = {  # columns that say the kind, as databases and forms write them
    "email": "EmailAddress", "phone": "Contact Tel No", "postcode": "Post Code", "national_insurance": "NI Number", "nhs_number": "NHS_NUMBER", "card": "card_number", "iban": "IBAN", "date_of_birth": "Date of Birth", "passport": "PassportNo",
    "driving_licence": "driver_licence_no", "vehicle_registration": "VehicleReg", "ip_address": "ip_addr", "utr": "UTR", "uprn": "UPRN", "name": "Applicant Name", "sort_code": "SortCode", "account_number": "account_no",
}  # fmt: skip
UNSAID = ["email", "phone", "postcode", "national_insurance", "nhs_number", "card", "iban", "driving_licence", "ip_address", "name"]
PROSE = [
    "{} - please call back", "Caller gave {} and was transferred.", "As discussed, {}.", "See file: {}", "{} was noted on the form; no further action.", "They said it was {} but could not be sure", "Re: {}", "We hold {} for this household, since March.", "New details {} replace the old ones.", "Our visit was cancelled. {}\nNo reply yet.",
    "•\u2002{}", "1) {} 2) no change", "Update – {} – checked twice",
]  # fmt: skip


def cell(*parts: tuple[str, str | None]) -> tuple[str, list[tuple[int, int, str]]]:
    text, spans = "", []
    for part, kind in parts:
        if kind:
            spans.append((len(text), len(text) + len(part), kind))
        text += part
    return text, spans


def in_prose(*parts: tuple[str, str | None]) -> tuple[str, list[tuple[int, int, str]]]:
    before, _, after = R.choice(PROSE).partition("{}")
    return cell((before, None), *parts, (after, None))


NEGATIVES: list[Callable[[], str]] = [
    lambda: f"v{R.randint(1, 20)}.{R.randint(0, 30)}.{R.randint(0, 99)}", lambda: f"version {R.randint(1, 9)}.{d(1)}.{d(1)}.{d(2)}", lambda: f"Chrome/{R.randint(80, 140)}.0.{R.randint(1000, 9999)}.{d(2)}", lambda: f"{pick('SU SE TQ NZ SK HP')} {d(3)} {d(3)}", lambda: f"{pick('SU SE TQ NZ')}{d(10)}", lambda: f"E: {d(6)} N: {d(6)}",
    lambda: f"order {d(10)}", lambda: f"Order no. {d(3)}-{d(7)}-{d(7)}", lambda: f"ISBN 978-0-{d(2)}-{d(6)}-{d(1)}", lambda: f"ISBN 0-{d(3)}-{d(5)}-X", lambda: f"invoice INV-{d(6)}", lambda: f"PO {d(8)}", lambda: f"EAN {d(13, '50')}", lambda: f"{pick('E01 E02 W06 S12 N09 E09')}00{d(4)}", lambda: f"ward E05{d(6)} in E07{d(6)}",
    lambda: f"{R.uniform(-1e3, 1e5):.6f}", lambda: f"£{R.randint(1, 9)},{d(3)},{d(3)}.{d(2)}", lambda: f"{R.randint(1, 9)},{d(3)},{d(3)}", lambda: f"{R.uniform(49, 59):.5f}, {R.uniform(-5, 1):.5f}", lambda: f"{R.random():.3e}", lambda: "%032x" % R.getrandbits(128), lambda: "%040x" % R.getrandbits(160), lambda: f"commit {R.getrandbits(40):010x}", lambda: str(uuid.UUID(int=R.getrandbits(128), version=4)),
    lambda: f"{R.randint(1_500_000_000, 1_800_000_000)} epoch", lambda: f"timestamp {R.randint(1_500_000_000_000, 1_800_000_000_000)}", lambda: f"20{R.randint(10, 26)}-0{R.randint(1, 9)}-1{d(1)}T0{R.randint(1, 9)}:{R.randint(10, 59)}:{R.randint(10, 59)}Z", lambda: f"decided on {R.randint(10, 28)}/0{R.randint(1, 9)}/20{R.randint(10, 26)}", lambda: f"received 1{d(1)} March 20{R.randint(10, 26)}", lambda: f"due {R.randint(10, 28)} Sept {R.randint(2010, 2026)}", lambda: f"{R.randint(2000, 2025)}/{R.randint(26, 99)}",
    lambda: f"PA/{R.randint(2010, 2026)}/{d(5)}", lambda: f"ref {R.randint(10, 26)}/{d(5)}/FUL", lambda: f"planning application {up(2)}/{R.randint(10, 26)}/{d(4)}", lambda: f"grid ref {pick('NZ SK')}{d(6)}", lambda: f"part no {up(2)}{d(4)}-{up(1)}", lambda: f"tracking {up(2)}{d(9)}GB", lambda: f"crime ref {d(2)}/{d(5)}/{d(2)}", lambda: f"IMEI {d(15)}", lambda: f"MPAN {d(13)}", lambda: f"SIC {d(5)}", lambda: f"company number {d(8, '0')}", lambda: f"VAT GB{d(9)}", lambda: f"charity {d(7)}",
    lambda: f"A{R.randint(1, 999)} at junction {R.randint(1, 40)}", lambda: f"M{R.randint(1, 62)} northbound", lambda: f"section {R.randint(1, 9)}.{d(1)}.{d(1)}.{d(1)}", lambda: f"{d(2)}:{d(2)}:{d(2)}", lambda: f"{R.randint(10, 99)} x {R.randint(10, 99)} x {R.randint(100, 999)} mm", lambda: f"BS {d(4)}:{R.randint(1990, 2020)}", lambda: f"ISO {d(5)}:2015", lambda: f"{up(3)}-{d(4)}", lambda: f"JIRA {up(4)}-{d(3)}", lambda: f"#{R.getrandbits(24):06x}", lambda: f"00:1a:{d(2)}:{R.getrandbits(8):02x}:{d(2)}:{d(2)}", lambda: f"user@{pick('localhost 2x.png')}",
    lambda: f"{pick('Victoria Albert Churchill Nelson')} {pick('Road Street Avenue Close')}", lambda: f"{pick('Leeds Bradford Wigan')} {pick('City Town Borough')} Council", lambda: f"{pick('Hargreaves Entwistle Nowak')} {pick('Ltd plc LLP')}", lambda: f"{pick('Monday Tuesday Friday')} {pick('Morning Market')}", lambda: f"{pick('North South East')} {pick('Yorkshire Lanarkshire Ayrshire')}", lambda: "Planning Committee", lambda: f"Flat {R.randint(1, 90)}, {pick('Oak Elm Mill')} House", lambda: f"Room {up(1)}{d(3)}", lambda: f"Table {d(1)}{up(1)}", lambda: f"batch {d(12)}", lambda: f"{d(3)},{d(3)} people in {R.randint(2010, 2024)}", lambda: f"LOT {d(3)}A", lambda: f"{R.randint(1, 12)} JAN", lambda: f"case {d(8)}", lambda: f"serial {up(2)}{d(7)}",
]  # fmt: skip


def main() -> None:
    rows: list[tuple[str, str, list[tuple[int, int, str]]]] = []
    for kind, make in MAKERS.items():
        for _ in range(45):
            _, text, _ = make()
            rows.append((SAID[kind], *cell((text, kind))))
        if kind in UNSAID:
            for n in range(45):
                before, text, after = make()
                rows.append((f"field_{len(kind)}{kind[0]}", *cell((before, None), (text, kind), (after, None))))
        for n in range(70):
            before, text, after = make()
            rows.append((("note", "remarks")[n % 2], *in_prose((before, None), (text, kind), (after, None))))
    for n in range(90):
        rows.append((("note", "remarks", "payment details")[n % 3], *in_prose(*bank())))
        code, account = d(6), d(8)
        rows.append(("SortCode", *cell((R.choice([code, groups(code, 2, 2), groups(code, 2, 2, by="-")]), "sort_code"))))
        rows.append(("account_no", *cell((account, "account_number"))))
    keys = {
        "email": "Email",
        "phone": "Tel",
        "postcode": "Postcode",
        "national_insurance": "NI",
        "nhs_number": "NHS No",
        "date_of_birth": "DOB",
        "ip_address": "IP",
        "utr": "UTR",
        "uprn": "UPRN",
        "passport": "Passport",
        "vehicle_registration": "Reg",
        "name": "Name",
    }
    for _ in range(120):
        parts: list[tuple[str, str | None]] = []
        for kind in R.sample(list(keys), 4):
            parts += [(f"{keys[kind]}{R.choice([': ', '=', ' - '])}", None), (MAKERS[kind]()[1], kind), (R.choice(["; ", " | ", "\n", ", "]) if len(parts) < 9 else "", None)]
        rows.append(("form", *cell(*parts)))
    for n, make in enumerate(NEGATIVES):
        for m in range(16):
            text = make()
            rows.append((f"plain_{n % 7}", text, []) if m < 6 else (("note", "remarks")[m % 2], *in_prose((text, None))))
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".jsonl")
    rows.sort(key=lambda row: row[0])
    with path.open("w", encoding="utf-8") as file:
        for column, text, spans in rows:
            file.write(json.dumps({"column": f"a/{column}", "text": text, "spans": spans, "half": "adversary"}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
