"""Made-up values of each kind, from the published format of the kind, in the forms in which people write them.

Sources: Ofcom's numbers for drama; BS 7666 and Royal Mail's guide to postcodes; HMRC's NIM39110 for National Insurance
numbers; the NHS Data Dictionary (modulus 11, test range 999); ISO/IEC 7812 for cards; ISO 13616 for IBANs; UK sort codes
and accounts (6 and 8 digits); DVLA's leaflets INF1 (driver number) and INF104 (registration marks); HMRC's check digit
of a UTR; GeoPlace on UPRNs; RFC 5321, 791, 4291 and 5737 (addresses for documentation); ICAO 9303 for passports.

Nothing here is anybody's: reserved ranges are used where they exist, beside numbers drawn at random.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random

Form = Callable[[Random], str]


def digits(r: Random, n: int) -> str:
    return "".join(r.choice("0123456789") for _ in range(n))


def letters(r: Random, n: int, among: str = "ABCDEFGHJKLMNOPRSTUVWXY") -> str:
    return "".join(r.choice(among) for _ in range(n))


def grouped(text: str, *sizes: int, by: str = " ") -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return by.join(part for part in [*parts, text[at:]] if part)


# --- phone

DRAMA = ["01632960", "02079460", "01134960", "01214960", "01314960", "01414960", "01614960", "01914980", "02896496",
         "02920180", "07700900", "08081570", "03069990"]
REAL = ["01204", "01524", "01865", "01273", "0208", "0203", "0239", "0247", "07911", "07400", "07890", "0800", "0345", "0300"]


def national(r: Random) -> str:
    start = r.choice(DRAMA) if r.random() < 0.6 else r.choice(REAL)
    return start + digits(r, 11 - len(start))


def area(number: str) -> tuple[int, int]:
    if number[:2] == "02":
        return 3, 4
    if number[:3] in {"011", "030", "034", "080"} or number[:4] in {"0121", "0131", "0141", "0151", "0161", "0191"}:
        return 4, 3
    return 5, 3


def split_phone(n: str, by: str = " ") -> str:
    a, b = area(n)
    return by.join([n[:a], n[a : a + b], n[a + b :]])


def _plus(n: str, body: str) -> str:
    return body[1:]


PHONES: list[Form] = [
    lambda r: national(r),
    lambda r: split_phone(national(r)),
    lambda r: split_phone(national(r), "-"),
    lambda r: split_phone(national(r), "."),
    lambda r: (lambda n: f"({n[: area(n)[0]]}) {n[area(n)[0] :]}")(national(r)),
    lambda r: (lambda n: f"({n[: area(n)[0]]}) {split_phone(n)[area(n)[0] + 1 :]}")(national(r)),
    lambda r: "+44" + national(r)[1:],
    lambda r: "+44 " + split_phone(national(r))[1:],
    lambda r: "+44 (0)" + split_phone(national(r))[1:],
    lambda r: "+44(0)" + national(r)[1:],
    lambda r: "+44 (0) " + split_phone(national(r))[1:],
    lambda r: "0044 " + split_phone(national(r))[1:],
    lambda r: "0044" + national(r)[1:],
    lambda r: "(+44) " + split_phone(national(r))[1:],
    lambda r: "+44-" + split_phone(national(r), "-")[1:],
    lambda r: "+44." + split_phone(national(r), ".")[1:],
    lambda r: split_phone(national(r)).replace(" ", "\u00a0"),
    lambda r: split_phone(national(r)).replace(" ", "\u2011"),
    lambda r: split_phone(national(r)).replace(" ", "\u2013"),
    lambda r: split_phone(national(r)) + " ext " + digits(r, 3),
    lambda r: split_phone(national(r)) + " ext. " + digits(r, 4),
    lambda r: split_phone(national(r)) + " x" + digits(r, 3),
    lambda r: "".join(chr(0xFF10 + int(c)) for c in national(r)),
    lambda r: grouped("07" + digits(r, 9), 5, 3, 3),
    lambda r: grouped("07" + digits(r, 9), 3, 4, 4),
    lambda r: grouped("07" + digits(r, 9), 4, 3, 2, 2),
    lambda r: grouped("07" + digits(r, 9), 5, 6),
    lambda r: grouped("07" + digits(r, 9), 5, 6, by="-"),
    lambda r: "0800 " + digits(r, 3) + " " + digits(r, 3),
    lambda r: "+1 202-555-01" + digits(r, 2),
    lambda r: "+1 (212) 555-01" + digits(r, 2),
    lambda r: "+353 1 " + grouped("2" + digits(r, 6), 3, 4),
    lambda r: "+33 1 " + grouped("4" + digits(r, 7), 2, 2, 2, 2),
    lambda r: "+49 30 " + digits(r, 8),
    lambda r: "+91 " + grouped("98" + digits(r, 8), 5, 5),
]

# --- email

_LOCAL = ["j.smith", "amina_khan", "p.o-neill", "info+planning", "zoe1984", "K.Adeyemi", "tom", "x", "mary.anne.evans",
          "o'brien.k", "a.b.c", "grzegorz.w", "customer.services", "first-last", "u2019", "R.Patel7", "n%20h", "dr.singh"]
_DOMAIN = ["example.com", "example.org", "example.co.uk", "mail.example.gov.uk", "example.ac.uk", "sub.dept.example.net",
           "ex-ample.info", "example.museum", "Example.COM", "a.example", "council.example.gov.uk", "example.io", "123.example.com"]


def email(r: Random) -> str:
    return f"{r.choice(_LOCAL)}{r.choice(['', '', digits(r, 2)])}@{r.choice(_DOMAIN)}"


EMAILS: list[Form] = [
    email,
    email,
    lambda r: email(r).upper(),
    lambda r: email(r).replace("@", " [at] ").replace(".", " [dot] ") if r.random() < 0.3 else email(r),
    lambda r: email(r).replace("@", "(at)"),
    lambda r: f"{r.choice(['josé', 'zoë', 'bjørn', 'łukasz'])}.{r.choice(['smith', 'müller'])}@example.com",
    lambda r: f"info@{r.choice(['bücher', 'müller', 'café'])}.example",
    lambda r: f"{r.choice(_LOCAL)}@xn--bcher-kva.example",
    lambda r: f'"{r.choice(["john smith", "a.b"])}"@example.com',
]

# --- postcode

OUT = ["SW1A", "EC1A", "W1A", "M1", "B33", "CR2", "DN55", "E14", "G1", "BT7", "CF10", "EH1", "L18", "N1C", "SE1P", "PL7",
       "WC2N", "YO31", "ZE2", "KW17", "HS2", "IM1", "JE2", "GY1", "SA73", "LL57", "TR26", "CO16", "SY25", "IV27", "NE98",
       "BS98", "AB10", "TD15", "DL7", "WD3", "HP23", "OX14", "RG30", "SN26", "NP44", "LD3", "HR9", "W5", "S10", "N22"]


def postcode(r: Random) -> str:
    return f"{r.choice(OUT)} {digits(r, 1)}{letters(r, 2, 'ABDEFGHJLNPQRSTUWXYZ')}"


POSTCODES: list[Form] = [
    postcode, postcode,
    lambda r: postcode(r).replace(" ", ""),
    lambda r: postcode(r).lower(),
    lambda r: postcode(r).lower().replace(" ", ""),
    lambda r: postcode(r).replace(" ", "\u00a0"),
    lambda r: postcode(r).replace(" ", "  "),
    lambda r: postcode(r).replace(" ", "-"),
    lambda r: postcode(r).title(),
    lambda r: "BFPO " + str(r.randint(2, 999)),
    lambda r: r.choice(["GIR 0AA", "gir 0aa", "GIR0AA"]),
    lambda r: r.choice(["ASCN 1ZZ", "STHL 1ZZ", "FIQQ 1ZZ", "GX11 1AA", "TDCU 1ZZ", "BIQQ 1ZZ"]),
]

# --- National Insurance number: not D F I Q U V first, nor O second; not BG GB NK KN TN NT ZZ


def nino(r: Random, suffix: bool = True) -> str:
    while True:
        pair = letters(r, 1, "ABCEGHJKLMNOPRSTWXYZ") + letters(r, 1, "ABCEGHJKLMNPRSTWXYZ")
        if pair not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}:
            return pair + digits(r, 6) + (r.choice("ABCD") if suffix else "")


NINOS: list[Form] = [
    nino, nino,
    lambda r: grouped(nino(r), 2, 2, 2, 2, 1),
    lambda r: grouped(nino(r), 2, 2, 2, 2, 1, by="-"),
    lambda r: grouped(nino(r), 2, 2, 2, 2, 1, by="\u00a0"),
    lambda r: grouped(nino(r), 2, 6, 1),
    lambda r: nino(r).lower(),
    lambda r: grouped(nino(r).lower(), 2, 2, 2, 2, 1),
    lambda r: grouped(nino(r, suffix=False), 2, 2, 2, 2),
    lambda r: grouped(nino(r), 2, 2, 2, 2, 1, by="."),
]

# --- NHS number


def nhs(r: Random) -> str:
    while True:
        body = r.choice(["999", "4", "6", "70", "943", "32"])
        body += digits(r, 9 - len(body))
        check = 11 - sum(int(d) * w for d, w in zip(body, range(10, 1, -1))) % 11
        if check != 10:
            return body + str(check % 11)


NHS: list[Form] = [
    nhs,
    lambda r: grouped(nhs(r), 3, 3, 4),
    lambda r: grouped(nhs(r), 3, 3, 4),
    lambda r: grouped(nhs(r), 3, 3, 4, by="-"),
    lambda r: grouped(nhs(r), 3, 3, 4, by="\u00a0"),
    lambda r: grouped(nhs(r), 3, 3, 4, by="\u2013"),
]

# --- card


def luhn(body: str) -> str:
    total = sum(d if i % 2 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(int(c) for c in reversed(body)))
    return str(-total % 10)


_ISSUERS = [("4", 16), ("4", 16), ("4", 13), ("4", 19), ("51", 16), ("55", 16), ("2221", 16), ("2720", 16), ("34", 15), ("37", 15),
            ("6011", 16), ("65", 16), ("36", 14), ("3528", 16), ("3589", 16), ("6759", 16), ("6304", 18), ("62", 16), ("62", 19), ("38", 14)]
TEST_CARDS = ["4111111111111111", "4242424242424242", "5555555555554444", "378282246310005", "371449635398431", "6011111111111117",
              "30569309025904", "3530111333300000", "4012888888881881", "4222222222222", "2223003122003222", "5105105105105100"]


def card(r: Random) -> str:
    if r.random() < 0.3:
        return r.choice(TEST_CARDS)
    start, length = r.choice(_ISSUERS)
    body = start + digits(r, length - 1 - len(start))
    return body + luhn(body)


def split_card(n: str, by: str = " ") -> str:
    return grouped(n, 4, 6, 15, by=by) if len(n) in {14, 15} else grouped(n, 4, 4, 4, 4, 4, by=by)


CARDS: list[Form] = [
    card, card,
    lambda r: split_card(card(r)),
    lambda r: split_card(card(r)),
    lambda r: split_card(card(r), "-"),
    lambda r: split_card(card(r), "\u00a0"),
]

# --- IBAN: country, then what its structure in the registry says (n digits, a letters, c either)

_IBANS = {"GB": "aaaann" + "n" * 12, "DE": "n" * 18, "FR": "n" * 10 + "c" * 11 + "nn", "IE": "aaaa" + "n" * 14, "NL": "aaaa" + "n" * 10,
          "ES": "n" * 20, "IT": "a" + "n" * 10 + "c" * 12, "PL": "n" * 24, "BE": "n" * 12, "NO": "n" * 11, "MT": "aaaa" + "n" * 5 + "c" * 18,
          "CH": "n" * 5 + "c" * 12, "SE": "n" * 20, "PT": "n" * 21, "RO": "aaaa" + "c" * 16, "GR": "n" * 7 + "c" * 16, "LT": "n" * 16, "GI": "aaaa" + "c" * 15}


def iban(r: Random, country: str | None = None) -> str:
    country = country or r.choice(["GB", "GB", "GB", *_IBANS])
    body = "".join(digits(r, 1) if c == "n" else letters(r, 1) if c == "a" else r.choice("0123456789ABCDEFGHJK") for c in _IBANS[country])
    number = int("".join(str(int(c, 36)) for c in body + country + "00"))
    return f"{country}{98 - number % 97:02d}{body}"


IBANS: list[Form] = [
    iban, iban,
    lambda r: grouped(iban(r), *[4] * 9),
    lambda r: grouped(iban(r), *[4] * 9),
    lambda r: iban(r).lower(),
    lambda r: grouped(iban(r), *[4] * 9, by="-"),
    lambda r: grouped(iban(r), *[4] * 9, by="\u00a0"),
]

# --- bank


def sort_code(r: Random) -> str:
    return r.choice(["20", "40", "60", "30", "77", "09", "04", "82", "83", "11", "23", "16"]) + digits(r, 4)


SORT_DASHED: list[Form] = [lambda r: grouped(sort_code(r), 2, 2, 2, by="-"), lambda r: grouped(sort_code(r), 2, 2, 2, by=" "), lambda r: grouped(sort_code(r), 2, 2, 2, by="\u2013")]
SORTS: list[Form] = [*SORT_DASHED, SORT_DASHED[0], sort_code]
ACCOUNTS: list[Form] = [lambda r: digits(r, 8), lambda r: digits(r, 8), lambda r: grouped(digits(r, 8), 4, 4)]

# --- date of birth

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def born(r: Random) -> dt.date:
    return dt.date(r.randint(1928, 2012), r.randint(1, 12), r.randint(1, 28))


def recent(r: Random) -> dt.date:
    return dt.date(r.randint(2015, 2026), r.randint(1, 12), r.randint(1, 28))


def _ordinal(n: int) -> str:
    return f"{n}{'th' if 10 < n < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


DATES: list[Callable[[dt.date], str]] = [
    lambda d: d.strftime("%d/%m/%Y"),
    lambda d: d.isoformat(),
    lambda d: d.strftime("%d-%m-%Y"),
    lambda d: d.strftime("%d.%m.%Y"),
    lambda d: d.strftime("%d/%m/%y"),
    lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{_ordinal(d.day)} {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{d.day} {MONTHS[d.month - 1][:3]} {d.year}",
    lambda d: f"{d.day:02d}-{MONTHS[d.month - 1][:3]}-{d.year}",
    lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year}",
    lambda d: f"{d.day}/{d.month}/{d.year}",
]
BIRTHS: list[Form] = [lambda r, f=form: f(born(r)) for form in DATES]  # type: ignore[misc]

# --- passport, driving licence, registration

PASSPORTS: list[Form] = [lambda r: digits(r, 9), lambda r: digits(r, 9), lambda r: letters(r, 2) + digits(r, 7), lambda r: letters(r, 1) + digits(r, 8)]


def licence(r: Random) -> str:
    surname = (r.choice(["MORGAN", "SMITH", "KHAN", "LI", "OBRIEN", "MACDON", "PATEL", "EVANS", "WU", "JONES"]) + "9999")[:5]
    d, woman = born(r), r.random() < 0.5
    first = r.choice("ABCDEGJKLMPRST") + r.choice("ABCDEGJKLMPRST99")
    return f"{surname}{d.year % 100 // 10}{d.month + 50 * woman:02d}{d.day:02d}{d.year % 10}{first}9{letters(r, 2)}"


LICENCES: list[Form] = [
    licence, licence, licence,
    lambda r: licence(r).lower(),
    lambda r: grouped(licence(r), 5, 6, 5),
    lambda r: grouped(licence(r), 5, 6, 2, 3),
    lambda r: licence(r) + " " + digits(r, 2),
]


def mark(r: Random) -> str:
    age = r.choice([r.randint(2, 26), r.randint(51, 76)])
    return f"{letters(r, 2, 'ABCDEFGHKLMNOPRSVWY')}{age:02d} {letters(r, 3, 'ABCDEFGHJKLMNOPRSTUVWXYZ')}"


MARKS: list[Form] = [
    mark, mark, mark,
    lambda r: mark(r).replace(" ", ""),
    lambda r: mark(r).lower(),
    lambda r: mark(r).replace(" ", "").lower(),
    lambda r: f"{letters(r, 1, 'ABCDEFGHJKLMNPRSTVWXY')}{r.randint(1, 999)} {letters(r, 3, 'ABCDEFGHJKLMNPRSTVWXY')}",
    lambda r: f"{letters(r, 3, 'ABCDEFGHJKLMNPRSTVWXY')} {r.randint(1, 999)}{letters(r, 1, 'ABCDEFGHJKLMNPRSTVWXY')}",
    lambda r: f"{letters(r, 1, 'ABCDEFGHJKLMNOPRSTUVWXY')}{letters(r, 1, 'AEFHJKLNS')}Z {r.randint(100, 9999)}",
]

# --- IP, UTR, UPRN


def ipv4(r: Random) -> str:
    return r.choice([f"192.0.2.{r.randint(1, 254)}", f"198.51.100.{r.randint(1, 254)}", f"203.0.113.{r.randint(1, 254)}", f"10.{r.randint(0, 255)}.{r.randint(0, 255)}.{r.randint(1, 254)}",
                     f"{r.randint(11, 223)}.{r.randint(0, 255)}.{r.randint(0, 255)}.{r.randint(1, 254)}"])


def _hex(r: Random, n: int) -> str:
    return "".join(r.choice("0123456789abcdef") for _ in range(n))


IPS: list[Form] = [
    ipv4, ipv4, ipv4,
    lambda r: ipv4(r) + "/24",
    lambda r: "2001:db8:" + ":".join(_hex(r, 4) for _ in range(6)),
    lambda r: f"2001:db8::{_hex(r, 3)}:{_hex(r, 2)}",
    lambda r: f"2001:0DB8:0000:0000:{_hex(r, 4)}:{_hex(r, 4)}:0000:0001".upper(),
    lambda r: f"fe80::{_hex(r, 4)}:{_hex(r, 4)}",
    lambda r: f"::ffff:{ipv4(r)}",
]


def utr(r: Random) -> str:
    body = digits(r, 9)
    total = sum(int(d) * w for d, w in zip(body, (6, 7, 8, 9, 10, 5, 4, 3, 2)))
    return "21987654321"[total % 11] + body


UTRS: list[Form] = [utr, utr, lambda r: grouped(utr(r), 5, 5), lambda r: utr(r) + "K", lambda r: grouped(utr(r), 3, 3, 4)]
UPRNS: list[Form] = [lambda r: "1000" + digits(r, 8), lambda r: "2000" + digits(r, 8), lambda r: "100" + digits(r, 8), lambda r: str(r.randint(5_000_000, 99_999_999)), lambda r: "0" + digits(r, 11)]

FORMS: dict[str, list[Form]] = {
    "email": EMAILS, "phone": PHONES, "postcode": POSTCODES, "national_insurance": NINOS, "nhs_number": NHS, "card": CARDS, "iban": IBANS,
    "sort_code": SORTS, "account_number": ACCOUNTS, "date_of_birth": BIRTHS, "passport": PASSPORTS, "driving_licence": LICENCES,
    "vehicle_registration": MARKS, "ip_address": IPS, "utr": UTRS, "uprn": UPRNS,
}
