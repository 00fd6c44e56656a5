"""The short values of the outsider's set: every kind in its published forms, and hard negatives of the same shapes."""

import random
import string

NBSP = "\u00a0"
GIVEN = """Aisha Bronwen Callum Dariusz Eilidh Femi Gurpreet Hamza Imogen Jakub Keisha Lowri Magdalena Nnamdi Orla
Pritesh Quentin Rhiannon Sukhdeep Tunde Ursula Vikram Wiktoria Xin Yasmin Zainab Alasdair Bethan Chidi Declan Esme
Fatima Gareth Harpreet Ibrahim Jolene Kwame Liam Maryam Niamh Oluwaseun Paulina Rajesh Sinead Tomasz Una Vanessa
Winston Yusuf Zofia Agnes Barry Colin Doreen Edna Frank Gillian Howard Irene Janet Keith Lesley Maureen Norman Olive
Percy Roy Sheila Trevor Valerie Wendy Abdul Bilal Chloe Dylan Ellie Freya Grace Harvey Isla Jayden Katie Lucas Millie
Noah Oscar Poppy Riley Sophie Theo Zara""".split()
FAMILY = """Abernethy Begum Cartwright Dhillon Ekwueme Fairbrother Gallagher Hussain Iqbal Jaworski Kaur Llewellyn
Macdonald Nkosi Okonkwo Pritchard Quigley Rasool Sandhu Thistlethwaite Uddin Varga Wojciechowski Xu Yilmaz Zhang
Ashworth Bhatt Chowdhury Davies Eze Forsyth Griffiths Hargreaves Ivanov Jenkins Kowalczyk Lamb Mistry Ndlovu Owusu
Popescu Rahman Sharma Tran Underwood Vaughan Whittaker Young Zielinski Akhtar Bairstow Clegg Duffy Entwistle Ferreira
Gunn Hopkirk Jagger Kettlewell Longbottom Mottram Nuttall Oldroyd Pickles Ramsbottom Sutcliffe Tattersall Wolstenholme
Baker Cook Hill Marsh Reed Banks Price Long Frost Rose""".split()
CITIES = ["Leeds", "Cardiff", "Hull", "Truro", "Perth", "Derby", "Exeter", "Bolton", "Oban", "Newry"]
AREAS = """AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EH EN EX FK FY G
GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH
PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO
ZE""".split()
INWARD = "ABDEFGHJLNPQRSTUWXYZ"
NINO_ONE = "ABCEGHJKLMNOPRSTWXYZ"
NINO_TWO = "ABCEGHJKLMNPRSTWXYZ"
NINO_NEVER = ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ")
IBANS = {
    "GB": "AAAANNNNNNNNNNNNNN", "DE": "N" * 18, "FR": "N" * 10 + "C" * 11 + "NN", "ES": "N" * 20,
    "IE": "AAAA" + "N" * 14, "NL": "AAAA" + "N" * 10, "PL": "N" * 24, "IT": "A" + "N" * 10 + "C" * 12, "BE": "N" * 12,
    "CH": "N" * 5 + "C" * 12, "PT": "N" * 21, "RO": "AAAA" + "C" * 16, "GR": "N" * 7 + "C" * 16, "NO": "N" * 11,
    "SE": "N" * 20, "MT": "AAAA" + "N" * 5 + "C" * 18,
}  # fmt: skip
GEO3 = ["0113", "0114", "0115", "0116", "0117", "0118", "0121", "0131", "0141", "0151", "0161", "0191"]
GEO4 = ["01224", "01382", "01273", "01392", "01463", "01522", "01603", "01752", "01872", "01904", "01970", "01482"]
MONTHS = "January February March April May June July August September October November December".split()

Row = tuple[str, list[tuple[int, int, str]], str]
R = random.Random


def digits(r: R, n: int, first: str = string.digits) -> str:
    return r.choice(first) + "".join(r.choice(string.digits) for _ in range(n - 1))


def letters(r: R, n: int, among: str = string.ascii_uppercase) -> str:
    return "".join(r.choice(among) for _ in range(n))


def luhn(body: str) -> str:
    total = 0
    for place, char in enumerate(reversed(body)):
        d = int(char) * (2 if place % 2 == 0 else 1)
        total += d - 9 if d > 9 else d
    return str(-total % 10)


def nhs_check(nine: str) -> str | None:
    got = 11 - sum(int(c) * w for c, w in zip(nine, range(10, 1, -1), strict=True)) % 11
    return {10: None, 11: "0"}.get(got, str(got)) if got >= 10 else str(got)


def utr_check(nine: str) -> str:
    return "21987654321"[sum(int(c) * w for c, w in zip(nine, (6, 7, 8, 9, 10, 5, 4, 3, 2), strict=True)) % 11]


def nhs(r: R) -> str:
    while True:
        nine = digits(r, 9, "44466677")
        check = nhs_check(nine)
        if check and utr_check(nine_of(nine + check)) != nine[0]:
            return nine + check


def nine_of(ten: str) -> str:
    return ten[1:]


def utr(r: R) -> str:
    while True:
        nine = digits(r, 9)
        ten = utr_check(nine) + nine
        if nhs_check(ten[:9]) != ten[9]:
            return ten


def neither(r: R) -> str:
    """Ten digits that neither check accepts."""
    while True:
        ten = digits(r, 10, "123456789")
        if nhs_check(ten[:9]) != ten[9] and utr_check(ten[1:]) != ten[0]:
            return ten


def postcode(r: R) -> tuple[str, str]:
    area = r.choice(AREAS)
    out = area + (digits(r, 1, "123456789") if r.random() < 0.6 or area in ("ZE", "HS", "FY") else digits(r, 2, "12"))
    if r.random() < 0.08:
        out = r.choice(["SW1A", "W1A", "EC1A", "EC2V", "WC1H", "WC2N", "E1W", "N1C", "SE1P", "NW1W", "W1T", "SW1P"])
    if r.random() < 0.04:
        out = r.choice(["JE2", "GY1", "IM1", "BF1", "BX1", "GY9", "JE3", "IM99"])
    return out, digits(r, 1) + letters(r, 2, INWARD)


def nino(r: R) -> tuple[str, str, str]:
    while True:
        pre = letters(r, 1, NINO_ONE) + letters(r, 1, NINO_TWO)
        if pre not in NINO_NEVER:
            return pre, digits(r, 6), r.choice("ABCD")


def iban(r: R) -> str:
    country = r.choice([*IBANS, "GB", "GB", "GB"])
    makers = {"A": string.ascii_uppercase, "N": string.digits, "C": string.digits + string.ascii_uppercase}
    bban = "".join(r.choice(makers[c]) for c in IBANS[country])
    whole = "".join(str(int(c, 36)) for c in bban + country + "00")
    return f"{country}{98 - int(whole) % 97:02d}{bban}"


def iban_ok(text: str) -> bool:
    return int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1


def card(r: R) -> tuple[str, list[int]]:
    start, size, groups = r.choice([
        ("4", 16, [4, 4, 4, 4]), ("4", 16, [4, 4, 4, 4]), (str(r.randint(51, 55)), 16, [4, 4, 4, 4]),
        (str(r.randint(2221, 2720)), 16, [4, 4, 4, 4]), (r.choice(["34", "37"]), 15, [4, 6, 5]),
        ("6011", 16, [4, 4, 4, 4]), ("36", 14, [4, 6, 4]), ("3528", 16, [4, 4, 4, 4]), ("6759", 16, [4, 4, 4, 4]),
        ("6304", 16, [4, 4, 4, 4]), ("62", 16, [4, 4, 4, 4]), ("38", 14, [4, 6, 4]),
    ])  # fmt: skip
    body = start + digits(r, size - len(start) - 1)
    return body + luhn(body), groups


def cut(text: str, sizes: list[int], sep: str) -> str:
    out, at = [], 0
    for size in sizes:
        out.append(text[at : at + size])
        at += size
    return sep.join(out)


def person(r: R) -> tuple[str, str]:
    return r.choice(GIVEN), r.choice(FAMILY)


def name(r: R) -> str:
    one, last = person(r)
    two = r.choice(GIVEN)
    if r.random() < 0.08:
        last = r.choice(["O'Donnell", "O’Reilly", "McAllister", "MacLeod", "Smith-Jones", "Al-Hashimi", "de Souza",
                         "van der Berg", "Ní Bhriain", "Ap Rhys", "D'Souza", "Lloyd-Webber", "St John"])  # fmt: skip
    return r.choice([
        f"{one} {last}", f"{one} {last}", f"{one} {last}", f"{r.choice(['Mr', 'Mrs', 'Ms', 'Miss', 'Dr'])} {one} {last}",
        f"{r.choice(['Mr', 'Mrs', 'Ms', 'Miss', 'Dr', 'Prof', 'Rev', 'Cllr', 'Sir', 'Dame'])} {last}",
        f"{last}, {one}", f"{last.upper()}, {one}", f"{one} {two} {last}", f"{one} {two[0]} {last}",
        f"{one} {two[0]}. {last}", f"{one[0]}. {last}", f"{one[0]} {last}", f"{one.upper()} {last.upper()}",
        f"{one.lower()} {last.lower()}", f"Mr. {one[0]}. {last}", f"Mx {one} {last}", f"{one} {last.upper()}",
        f"Dr {one[0]} {two[0]} {last}", f"{one}-{two} {last}", f"{last}, {one} {two[0]}", f"{one} {last} BSc",
    ])  # fmt: skip


def date_of(r: R, since: int = 1931, to: int = 2015) -> tuple[int, int, int]:
    return r.randint(since, to), r.randint(1, 12), r.randint(1, 28)


def date(r: R, since: int = 1931, to: int = 2015) -> str:
    y, m, d = date_of(r, since, to)
    th = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(d, "th")
    return r.choice([
        f"{d:02d}/{m:02d}/{y}", f"{d:02d}/{m:02d}/{y}", f"{d}/{m}/{y}", f"{d:02d}-{m:02d}-{y}", f"{d:02d}.{m:02d}.{y}",
        f"{y}-{m:02d}-{d:02d}", f"{d} {MONTHS[m - 1]} {y}", f"{d} {MONTHS[m - 1][:3]} {y}", f"{d}{th} {MONTHS[m - 1]} {y}",
        f"{d:02d}/{m:02d}/{y % 100:02d}", f"{d:02d}-{MONTHS[m - 1][:3]}-{y}", f"{d:02d} {m:02d} {y}",
        f"{MONTHS[m - 1]} {d}, {y}",
    ])  # fmt: skip


def licence(r: R) -> str:
    one, last = person(r)
    y, m, d = date_of(r, 1935, 2007)
    sex = r.choice([0, 50])
    second = r.choice([*string.ascii_uppercase[:20], "9", "9", "9"])
    tail = letters(r, 2, "ABCDEFGHJKLMNPRSTUVWXYZ")
    year = f"{y % 100:02d}"
    return f"{last.upper()[:5]:9<5}{year[0]}{m + sex:02d}{d:02d}{year[1]}{one[0]}{second}{r.choice('99998')}{tail}"


def plate(r: R) -> tuple[str, str]:
    """A mark, and its style."""
    L = "ABCDEFGHJKLMNOPRSTUVWXY"
    T = "ABCDEFGHJKLMNOPRSTUVWXYZ"
    style = r.choice(["current"] * 6 + ["prefix"] * 2 + ["suffix"] * 2 + ["ni", "dateless"])
    if style == "current":
        year = r.choice([*range(2, 26), *range(51, 76)])
        return f"{letters(r, 2, L.replace('J', '').replace('T', ''))}{year:02d} {letters(r, 3, T)}", style
    if style == "prefix":
        return f"{r.choice('ABCDEFGHJKLMNPRSTVWXY')}{r.randint(1, 999)} {letters(r, 3, L)}", style
    if style == "suffix":
        return f"{letters(r, 3, L)} {r.randint(1, 999)}{r.choice('ABCDEFGHJKLMNPRSTVWXY')}", style
    if style == "ni":
        return f"{r.choice('AEFHJLMNRSTUWY')}{r.choice(['AZ', 'BZ', 'EZ', 'FZ', 'GZ', 'HZ', 'IA', 'IB', 'IG', 'IJ', 'IL', 'IW', 'JI', 'JZ', 'KZ', 'OI', 'RZ', 'UI', 'XI'])} {r.randint(100, 9999)}", style
    return r.choice([f"{letters(r, 3, L)} {r.randint(1, 999)}", f"{r.randint(1, 999)} {letters(r, 3, L)}",
                     f"{letters(r, 1, L)} {r.randint(1, 9999)}"]), style  # fmt: skip


def phone(r: R) -> str:
    """A telephone number in one of its written forms."""
    ext = r.choice([""] * 8 + [" ext 214", " x3310", " ext. 45", " extension 6021", "#123"])
    kind = r.choice(["mobile"] * 4 + ["london"] * 2 + ["geo3"] * 2 + ["geo4"] * 2 + ["non"] * 2 + ["abroad", "odd"])
    if kind == "mobile":
        a, b = r.choice(["7400", "7501", "7700", "7812", "7911", "7988", "7624", "7340", "7555"]), digits(r, 6)
        return r.choice([
            f"0{a} {b}", f"0{a}{b}", f"0{a} {b[:3]} {b[3:]}", f"0{a}-{b[:3]}-{b[3:]}", f"0{a}.{b[:3]}.{b[3:]}",
            f"+44 {a} {b}", f"+44{a}{b}", f"+44 (0){a} {b}", f"+44 (0) {a} {b[:3]} {b[3:]}", f"0044 {a} {b}",
            f"0044{a}{b}", f"(+44) {a} {b}", f"0{a}{NBSP}{b}", f"+44-{a}-{b}", f"0{a[:2]} {a[2:]}{b[0]} {b[1:]}",
            f"0{a[:3]} {a[3]}{b[:2]} {b[2:]}", f"(0{a}) {b}", f"0{a} {b[:2]} {b[2:4]} {b[4:]}", f"0{a}/{b}",
            f"0{a[:2]} {a[2:]} {b[:2]} {b[2:4]} {b[4:]}", f"44{a}{b}", f"0{a}\u2011{b}", f"0{a}–{b}",
        ])  # fmt: skip
    if kind == "london":
        a = r.choice(["20", "23", "24", "28", "29"])
        b, c = r.choice("3789" if a == "20" else "9") + digits(r, 3), digits(r, 4)
        return r.choice([
            f"0{a} {b} {c}", f"(0{a}) {b} {c}", f"0{a}{b}{c}", f"0{a}{b[0]} {b[1:]} {c}", f"+44 {a} {b} {c}",
            f"+44 (0){a} {b} {c}", f"0{a}-{b}-{c}", f"(0{a}){b}{c}", f"+44{a}{b}{c}", f"0044 {a} {b} {c}",
            f"0{a}.{b}.{c}", f"0{a}{NBSP}{b}{NBSP}{c}", f"0{a} {b}{c}", f"+44 (0) {a} {b} {c}", f"+44(0){a}{b}{c}",
            f"0{a} - {b} {c}", f"+44.{a}.{b}.{c}",
        ]) + ext  # fmt: skip
    if kind == "geo3":
        a, b, c = r.choice(GEO3), digits(r, 3, "23456789"), digits(r, 4)
        return r.choice([
            f"{a} {b} {c}", f"({a}) {b} {c}", f"{a}{b}{c}", f"{a}-{b}-{c}", f"+44 {a[1:]} {b} {c}", f"{a} {b}{c}",
            f"+44 (0){a[1:]} {b} {c}", f"{a}.{b}.{c}", f"+44{a[1:]}{b}{c}", f"{a}/{b} {c}", f"({a}) {b}-{c}",
        ]) + ext  # fmt: skip
    if kind == "geo4":
        a, b = r.choice(GEO4), digits(r, 6, "23456789")
        return r.choice([
            f"{a} {b}", f"({a}) {b}", f"{a}{b}", f"{a}-{b}", f"{a} {b[:3]} {b[3:]}", f"+44 {a[1:]} {b}",
            f"+44 (0){a[1:]} {b}", f"+44{a[1:]}{b}", f"{a} {b[:2]} {b[2:4]} {b[4:]}", f"{a}/{b}", f"({a}){b}", f"{a}.{b}",
        ]) + ext  # fmt: skip
    if kind == "non":
        a, b, c = r.choice(["0300", "0303", "0330", "0345", "0370", "0800", "0808", "0845", "0870", "0333"]), digits(r, 3), digits(r, 4)
        return r.choice([f"{a} {b} {c}", f"{a}{b}{c}", f"{a}-{b}-{c}", f"{a} {b}{c}", f"+44 {a[1:]} {b} {c}", f"({a}) {b} {c}"])
    if kind == "odd":
        return r.choice([f"015396 {digits(r, 5, '23456')}", f"016977 {digits(r, 4, '2345')}", f"0800 {digits(r, 6, '123456789')}",
                         f"01750 {digits(r, 5, '2345')}", f"(015394) {digits(r, 5, '34567')}", f"0500 {digits(r, 6, '1')}"])  # fmt: skip
    return r.choice([
        f"+353 1 {digits(r, 3, '2345678')} {digits(r, 4)}", f"+33 1 {' '.join(digits(r, 2) for _ in range(4))}",
        f"+1 (212) 555-{digits(r, 4)}", f"+49 30 {digits(r, 8, '123456789')}", f"+48 {digits(r, 3, '5678')} {digits(r, 3)} {digits(r, 3)}",
        f"+91 98{digits(r, 3)} {digits(r, 5)}", f"00353 86 {digits(r, 3)} {digits(r, 4)}", f"+1-415-555-{digits(r, 4)}",
        f"+40 7{digits(r, 2)} {digits(r, 3)} {digits(r, 3)}", f"+61 4{digits(r, 2)} {digits(r, 3)} {digits(r, 3)}",
    ])  # fmt: skip


def email(r: R) -> str:
    one, last = person(r)
    a, b = one.lower(), last.lower()
    host = r.choice(["example.com", "example.org", "example.co.uk", "council.example.gov.uk", "mail.example.net", "nhs.example",
                     "trust.example.nhs.uk", "school.example.sch.uk", "example.io", "dept-4.example.ac.uk", "EXAMPLE.COM",
                     "gmail.com", "btinternet.com", "hotmail.co.uk"])  # fmt: skip
    return r.choice([
        f"{a}.{b}@{host}", f"{a}@{host}", f"{a[0]}{b}@{host}", f"{a}_{b}{r.randint(1, 99)}@{host}", f"{a}+news@{host}",
        f"{a}-{b}@{host}", f"{one}.{last}@{host}", f"{a}.{b}.{r.randint(1950, 2009)}@{host}", f"o'{b}@{host}", f"{b}{r.randint(1, 9999)}@{host}",
        f"{a}.{b}@{host}".upper(), f"{a}%{b}@{host}", f"x{a}@{host}", f"{r.randint(100, 99999)}@{host}", f"{a}&{b}@{host}",
    ])  # fmt: skip


def ip(r: R) -> str:
    q = lambda: r.randint(0, 255)  # noqa: E731
    g = lambda: f"{r.randint(0x100, 0xFFFF):x}"  # noqa: E731
    v4 = f"{r.choice([10, 25, 51, 81, 86, 92, 109, 151, 172, 185, 192, 203, 212, 217])}.{q()}.{q()}.{r.randint(1, 254)}"
    return r.choice([
        v4, v4, v4, v4, ":".join(["2001", "db8", *(g() for _ in range(6))]), f"2001:db8::{g()}", f"fe80::{g()}:{g()}:{g()}:{g()}",
        f"2a00:{g()}:{g()}::{g()}", ":".join(["2001", "0db8", *(f"{r.randint(0, 0xFFFF):04x}" for _ in range(6))]),
        f"2A02:C7C:{g().upper()}:{g().upper()}::1", f"::ffff:{v4}", f"2001:db8:{g()}:{g()}::", f"fd00::{g()}:{g()}",
    ])  # fmt: skip


def street(r: R) -> str:
    return f"{r.randint(1, 240)} {r.choice(['Station', 'Church', 'Mill', 'Victoria', 'Park', 'High', 'School', 'Albert'])} {r.choice(['Road', 'Street', 'Lane', 'Avenue', 'Close'])}"


def lower_some(r: R, text: str) -> str:
    return text.lower() if r.random() < 0.2 else text


def bare(r: R, kind: str) -> str:
    """A value of a kind as it stands alone in a column."""
    sep = r.choice(["", " ", " ", "-", NBSP])
    if kind == "nhs_number":
        return cut(nhs(r), [3, 3, 4], r.choice(["", "", " ", " ", "-", NBSP, "."]))
    if kind == "national_insurance":
        pre, mid, suf = nino(r)
        return lower_some(r, r.choice([f"{pre}{mid}{suf}", f"{pre}{mid}{suf}", sep.join([pre, mid[:2], mid[2:4], mid[4:], suf]),
                                       f"{pre} {mid} {suf}", f"{pre}{sep}{mid}{sep}{suf}", f"{pre}.{mid[:2]}.{mid[2:4]}.{mid[4:]}.{suf}",
                                       f"{pre}{mid} {suf}"]))  # fmt: skip
    if kind == "postcode":
        out, inn = postcode(r)
        return lower_some(r, f"{out}{r.choice([' ', ' ', ' ', '', '', '  ', NBSP])}{inn}")
    if kind == "phone":
        return phone(r)
    if kind == "email":
        return email(r)
    if kind == "name":
        return name(r)
    if kind == "date_of_birth":
        return date(r)
    if kind == "card":
        num, groups = card(r)
        return cut(num, groups, r.choice(["", "", " ", " ", "-", NBSP, "."]))
    if kind == "iban":
        num = iban(r)
        return lower_some(r, r.choice([num, num, " ".join(num[i : i + 4] for i in range(0, len(num), 4)),
                                       "-".join(num[i : i + 4] for i in range(0, len(num), 4)),
                                       NBSP.join(num[i : i + 4] for i in range(0, len(num), 4))]))  # fmt: skip
    if kind == "sort_code":
        return cut(digits(r, 2, "012345678") + digits(r, 2, "456789") + digits(r, 2), [2, 2, 2], r.choice(["-", "-", " ", "", "–"]))
    if kind == "account_number":
        return digits(r, 8)
    if kind == "passport":
        return r.choice([digits(r, 9, "0123456789"), digits(r, 9, "3459"), digits(r, 9, "5")])
    if kind == "driving_licence":
        num = licence(r)
        return lower_some(r, r.choice([num, num, num, cut(num, [5, 6, 5], " "), f"{num} {r.randint(10, 79)}",
                                       cut(num, [5, 6, 3, 2], " "), f"{num}{r.randint(10, 79)}"]))  # fmt: skip
    if kind == "vehicle_registration":
        mark, _ = plate(r)
        return lower_some(r, mark if r.random() < 0.6 else mark.replace(" ", ""))
    if kind == "ip_address":
        return ip(r)
    if kind == "utr":
        num = utr(r)
        return r.choice([num, num, f"{num[:5]} {num[5:]}", f"{num}K", f"{num}k"])
    assert kind == "uprn"
    return digits(r, r.choice([12, 12, 11, 10]), "12")


LABELS = {
    "nhs_number": ["NHS No: ", "NHS number ", "NHS no. ", "NHS Number: ", "NHS: ", "nhs#"],
    "national_insurance": ["NI: ", "NINO ", "NI number: ", "National Insurance No. ", "NI no ", "Nat Ins: "],
    "postcode": ["Postcode: ", "Post code ", "postcode=", "PC: ", "London, ", "Leeds "],
    "phone": ["Tel: ", "Tel. ", "T: ", "Mob: ", "Phone - ", "Mobile ", "tel:", "Home: ", "Fax: ", "Call ", "Contact no: ", "M "],
    "email": ["Email: ", "E-mail ", "mailto:", "e: ", "Contact "],
    "name": ["Name: ", "Applicant: ", "Contact: ", "Patient ", "Full name: ", "Signed: ", "FAO "],
    "date_of_birth": ["DOB: ", "DOB ", "D.O.B. ", "Date of birth: ", "born ", "Born on ", "d.o.b: ", "Birth date: ", "date of birth ", "DoB:", "b. "],
    "card": ["Card: ", "Card no. ", "Card number ", "PAN ", "Visa ", "cc: "],
    "iban": ["IBAN: ", "IBAN ", "iban=", "Iban no. "],
    "sort_code": ["Sort code: ", "Sort Code ", "sort code ", "S/C ", "SC: ", "sort-code: ", "sortcode="],
    "account_number": ["Account number: ", "Account no. ", "A/C ", "a/c no ", "Acc no: ", "Acct: ", "account ", "Bank account "],
    "passport": ["Passport: ", "Passport no. ", "Passport number ", "passport no: ", "UK passport ", "PPT no "],
    "driving_licence": ["Driving licence: ", "Licence no. ", "DL: ", "Driver number ", "driving licence number "],
    "vehicle_registration": ["Reg: ", "Reg no. ", "VRM ", "Registration ", "Vehicle reg ", "Number plate: ", "VRN: ", "car reg "],
    "ip_address": ["IP: ", "IP address ", "from ", "client=", "ip=", "Host "],
    "utr": ["UTR: ", "UTR ", "Unique Taxpayer Reference ", "utr no. ", "Tax reference (UTR) "],
    "uprn": ["UPRN: ", "UPRN ", "uprn=", "Unique Property Reference Number ", "UPRN "],
}  # fmt: skip
KINDS = list(LABELS)
# What says nothing of itself: these need a label, or the name of a column.
NEEDS_WORD = {"account_number", "passport", "date_of_birth", "uprn"}


def say(before: str, value: str, after: str, kind: str) -> Row:
    return before + value + after, [(len(before), len(before) + len(value), kind)], kind


def short(r: R, kind: str) -> Row:
    """A value as it may stand in a mixed column: bare where the kind tells itself, else with its label."""
    value = bare(r, kind)
    label = r.choice(LABELS[kind])
    if kind == "uprn":
        out, inn = postcode(r)
        before = r.choice(["UPRN ", "UPRN: ", "uprn ", "UPRN="])
        text = f"{before}{value}, {street(r)}, {r.choice(CITIES)} {out} {inn}"
        at = len(text) - len(out) - len(inn) - 1
        if r.random() < 0.6:
            return text, [(len(before), len(before) + len(value), "uprn"), (at, len(text), "postcode")], kind
    if kind in ("sort_code", "account_number") and r.random() < 0.3:
        sc = cut(digits(r, 2, "012345678") + digits(r, 2, "456789") + digits(r, 2), [2, 2, 2], "-")
        ac = digits(r, 8)
        before, mid = r.choice([("", " "), ("", " / "), ("Sort code ", " account "), ("s/c ", " a/c "), ("SC ", ", AC "),
                                ("Sort code: ", ", Account number: ")])  # fmt: skip
        text = f"{before}{sc}{mid}{ac}"
        return text, [(len(before), len(before) + 8, "sort_code"), (len(text) - 8, len(text), "account_number")], kind
    if kind == "name":
        return say(*(("", value, "") if r.random() < 0.75 else (label, value, "")), kind)
    if kind == "passport" and r.random() < 0.1:
        value = f"{letters(r, 2)}{digits(r, 7)}" if r.random() < 0.5 else f"{letters(r, 1)}{digits(r, 8)}"
    weak = kind in NEEDS_WORD
    if kind == "vehicle_registration":
        weak = not dated(value)
    if kind == "sort_code" and "-" not in value:
        weak = True
    before = label if weak or r.random() < 0.3 else ""
    after = r.choice(["", "", "", "", "", "", ".", ",", ";", " ", ")"] if kind != "email" else ["", "", "", "", ".", ",", ">"])
    if after == ")":
        before = "(" + before
    if after == ">":
        before = "<"
    if kind == "ip_address" and after == "" and r.random() < 0.15 and ":" not in value:
        after = r.choice([":8080", "/24", ":443"])
    return say(before, value, after, kind)


def dated(mark: str) -> bool:
    m = mark.replace(" ", "").upper()
    heads = m[:2].isalpha() and m[2:4].isdigit() and len(m) == 7
    return heads or (m[0].isalpha() and m[1].isdigit() and m[-3:].isalpha()) or (m[:3].isalpha() and m[-1].isalpha())


# Hard negatives: (the kind whose shape it has, how it is made).


def bad_nhs(r: R) -> str:
    return cut(neither(r), [3, 3, 4], r.choice(["", " ", "-"]))


def bad_nino(r: R) -> str:
    pre = r.choice(["DA", "FB", "QQ", "UA", "VC", "IA", "AD", "BF", "CI", "EO", "GU", "HV", *NINO_NEVER])
    mid, suf = digits(r, 6), r.choice("ABCD")
    if r.random() < 0.4:
        pre, suf = "".join(nino(r)[0]), r.choice("EGHJKLNRSTWXYZ")
    return r.choice([f"{pre}{mid}{suf}", f"{pre} {mid[:2]} {mid[2:4]} {mid[4:]} {suf}"])


def bad_postcode(r: R) -> str:
    out, inn = postcode(r)
    bad = r.choice([f"{r.choice(['QA', 'VX', 'XJ', 'ZA', 'QX', 'XX', 'JJ', 'AA', 'RX', 'UX'])}{r.randint(1, 9)} {inn}",
                    f"{out} {inn[0]}{r.choice('CIKMOV')}{inn[2]}", f"{out} {inn[:2]}{r.choice('CIKMOV')}", f"{out} {inn[1:]}{inn[0]}"])  # fmt: skip
    return bad


def bad_phone(r: R) -> str:
    return r.choice([f"0{digits(r, 4, '6')} {digits(r, 6)}", f"0{digits(r, 10, '46')}", f"07{digits(r, 7)}", f"00{digits(r, 9, '1')}",
                     f"{digits(r, 4, '56')}-{digits(r, 7)}", f"07{digits(r, 13)}", f"0{digits(r, 4, '4')}-{digits(r, 6)}"])  # fmt: skip


def bad_email(r: R) -> str:
    one, last = person(r)
    a = one.lower()
    return r.choice([f"@{a}_{last.lower()}", f"{a}@@example.com", f"{a}@", f"@example.com", f"12 @ {r.randint(1, 9)}.50", f"icon@{r.randint(2, 3)}x.png",
                     f"@types/node@{r.randint(1, 20)}.{r.randint(0, 9)}.0", f"lodash@4.17.{r.randint(1, 30)}", f"{a}@example",
                     f"5kg@£{r.randint(2, 9)}.99", f"{a}.example.com", f"https://example.com/@{a}", f"meet @ {r.randint(1, 11)}pm"])  # fmt: skip


def bad_card(r: R) -> str:
    num, groups = card(r)
    wrong = num[:-1] + str((int(num[-1]) + r.randint(1, 9)) % 10)
    odd = r.choice("01789") + digits(r, 14)
    return r.choice([wrong, cut(wrong, groups, " "), cut(wrong, groups, "-"), odd + luhn(odd), imei(r)])


def imei(r: R) -> str:
    body = "35" + digits(r, 12)
    return body + luhn(body)


def bad_iban(r: R) -> str:
    while True:
        good = iban(r)
        bad = r.choice([f"{good[:2]}{(int(good[2:4]) + r.randint(1, 60)) % 97 + 2:02d}{good[4:]}", f"XQ{good[2:]}", good[:-1], good + digits(r, 1)])
        if bad[:2] not in IBANS or len(bad) != len(good) or not iban_ok(bad):
            return r.choice([bad, " ".join(bad[i : i + 4] for i in range(0, len(bad), 4))])


def bad_licence(r: R) -> str:
    num = licence(r)
    return r.choice([num[:6] + r.choice(["13", "45", "63", "99", "00"]) + num[8:], num[:8] + r.choice(["00", "32", "47", "99"]) + num[10:],
                     num[:5] + "A" + num[6:], num[:-1], "9" + num[1:], "12345" + num[5:]])  # fmt: skip


def bad_plate(r: R) -> str:
    return r.choice([f"{letters(r, 2)}{r.choice(['00', '01'])} {letters(r, 3)}", f"{letters(r, 1)}{digits(r, 2)} {letters(r, 2)}{digits(r, 1)}", f"{letters(r, 4)} {digits(r, 3)}{letters(r, 1)}",
                     f"{letters(r, 2)}{digits(r, 4)} {letters(r, 3)}", f"AB{r.randint(10, 25)} {letters(r, 1)}I{letters(r, 1)}", f"{r.choice('IQZ')}{letters(r, 1)}{r.randint(10, 25)} {letters(r, 2, 'BCDF')}Q"])  # fmt: skip


def bad_ip(r: R) -> str:
    q = lambda: r.randint(0, 255)  # noqa: E731
    return r.choice([f"{r.randint(256, 999)}.{q()}.{q()}.{q()}", f"10.0.{r.randint(17000, 22631)}.{r.randint(256, 2000)}", f"v{r.randint(1, 9)}.{r.randint(0, 9)}.{r.randint(0, 9)}.{r.randint(0, 9)}",
                     f"Version {r.randint(1, 9)}.{r.randint(0, 20)}.{r.randint(0, 9)}.{r.randint(0, 99)}", f"{q()}.{q()}.{q()}", f"{q()}.{q()}.{q()}.{q()}.{q()}", "1.3.6.1.4.1.%d" % r.randint(100, 999),
                     ":".join(f"{q():02X}" for _ in range(6)), f"section {r.randint(1, 9)}.{r.randint(1, 9)}.{r.randint(1, 9)}.{r.randint(1, 9)}", f"{r.randint(0, 23):02d}:{r.randint(0, 59):02d}:{r.randint(0, 59):02d}"])  # fmt: skip


def bad_utr(r: R) -> str:
    return r.choice([neither(r), f"{(n := neither(r))[:5]} {n[5:]}"])


def bad_date(r: R) -> str:
    return r.choice(["", "", "Received ", "Date: ", "Decision date ", "Due ", "Issued: ", "Updated on ", "Expires "]) + date(r, 2016, 2026)


def bad_sort(r: R) -> str:
    y, m, d = date_of(r, 2010, 2026)
    return r.choice([f"{d:02d}-{m:02d}-{y % 100:02d}", f"{y % 100:02d}-{m:02d}-{d:02d}", f"{digits(r, 2)}-{digits(r, 2)}-{digits(r, 2)}-{digits(r, 2)}",
                     f"{r.randint(10, 99)}-{r.randint(10, 99)}-{r.randint(1, 9)}", f"ref {digits(r, 2)}-{digits(r, 2)}-{digits(r, 2)}/{digits(r, 1)}", f"{r.randint(10, 99)}-{r.randint(10, 99)}-{r.randint(100, 999)}"])  # fmt: skip


NOT_NAMES = """Milton Keynes|Victoria Park|Marks & Spencer|Morgan Stanley|Head Teacher|Parkinson's Disease|The Prince Albert
St Mary's Hospital|Data Protection Act|Elizabeth Line|Grenfell Tower|Charing Cross|Wells Fargo|Council Tax|Housing Benefit
King George V Playing Fields|Queen Elizabeth Hospital|Alice Holt Forest|Bury St Edmunds|Lloyds Banking Group|Rose Cottage
Robinson Road Surgery|John Lewis|Sandringham Estate|Crohn's Disease|May Bank Holiday|Park Lane|Chief Executive
Planning Committee|Social Worker|Case Closed|High Priority|Not Known|Date Of Birth|Sent To Customer|Awaiting Evidence
Harrow On The Hill|Ashton Under Lyne|Royal Mail|British Gas|Thames Water|Barking And Dagenham|Blue Badge|Green Belt
Down's Syndrome|Jubilee Line|Terms And Conditions|Universal Credit|Free School Meals|Lincoln Cathedral|Nelson Mandela House
Stanley Knife|Jack Russell Terrier|Bramley Apple|Victoria Sponge|Earl Grey Tea|Granny Smith apples|Wendy House|Douglas Fir
Harris Tweed|Martin Luther King Day|Jersey Royal|Cox's Orange Pippin|Achilles tendon|Bell's palsy|Hodgkin Lymphoma
Oxford Brookes University|Taylor Wimpey|Barratt Homes|Ernest Bevin College|Grace Road|Florence Nightingale Ward|Acorn Ward
Newton Abbot|Melton Mowbray|Sutton Coldfield|Chester Le Street|Leigh On Sea|Preston North End|Aston Villa|Charlton Athletic
Duty Manager|Team Leader|Family Liaison|Adult Social Care|Early Help|Special Educational Needs|Winter Fuel Payment
Carer's Allowance|Pension Credit|Attendance Allowance|Single Person Discount|Second Home|Ground Floor|Bay Window|Oak Tree
Silver Birch|Autumn Term|Spring Bank|Christmas Eve|Boxing Day|Good Friday|Monday Morning|North West|Greater London
Dorothy Pattison Hospital|Christie Clinic|Peter Street|Hannah's Bakery|Frank's Garage|Wilson & Sons Ltd|Patel Brothers Ltd
Khan Solicitors LLP|Howard League|Joseph Rowntree Foundation|Bradford and Bingley|Smith Square|Baker Street|Downing Street
Lot Number|Purchase Order|Invoice Date|Grand Total|Net Amount|Unit Price|New Starter|Annual Leave|Sick Pay|Flexi Time
Ada Lovelace Institute|Alan Turing Institute|Francis Crick Institute|Rowan House|Heather Court|Hazel Grove|Iris Scanner
Clay Soil|Sandy Loam|Chase Farm|Grant Funding|Bill Payment|Will Writing|Mark Scheme|Pat Testing|Sue Ryder Shop|Amber Alert
Crystal Palace|Dale End|Dean Clough|Glen Road|Heath Lane|Lee Valley|Miles Platting|Penny Lane|Ruby Murray Curry|Skip Hire
Waste Collection|Bin Day|Pot Hole|Fly Tipping|Tree Preservation Order|Change Of Use|Loft Conversion|Party Wall Act""".replace("\n", "|").split("|")  # fmt: skip


def not_name(r: R) -> str:
    text = r.choice(NOT_NAMES)
    return r.choice([text, text, text, text.upper(), text.lower(), text.capitalize()])


def gtin(r: R) -> str:
    body = r.choice(["50", "40", "978", "871", "03"]) + digits(r, 10)
    body = body[:12]
    return body + str(-sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(body)) % 10)


def others(r: R) -> str:
    """What is no kind's shape, or nearly one's, and common in public data."""
    hexes = "0123456789abcdef"
    h = lambda n: "".join(r.choice(hexes) for _ in range(n))  # noqa: E731
    y = r.randint(2015, 2026)
    one, last = person(r)
    return r.choice([
        lambda: f"ORD-{digits(r, 8)}", lambda: f"Order no. {digits(r, 10, '1')}x", lambda: f"PO{digits(r, 7)}", lambda: f"INV/{y}/{digits(r, 5)}",
        lambda: f"{r.randint(1, 9)}.{r.randint(0, 20)}.{r.randint(0, 30)}", lambda: f"v{r.randint(1, 9)}.{r.randint(0, 9)}.{r.randint(0, 9)}-rc1",
        lambda: f"{y}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}T{r.randint(0, 23):02d}:{r.randint(0, 59):02d}:{r.randint(0, 59):02d}Z",
        lambda: f"{y}{r.randint(1, 12):02d}{r.randint(1, 28):02d}", lambda: f"{y}{r.randint(1, 12):02d}{r.randint(1, 28):02d}{digits(r, 6, '01')}",
        lambda: str(r.randint(1500000000, 1799999999)) + digits(r, 3), lambda: f"{y % 100}/{digits(r, 5, '0')}/FUL", lambda: f"P{y}/{digits(r, 4)}/HOU",
        lambda: f"{y % 100:02d}/{digits(r, 4)}/{r.choice(['OUT', 'LBC', 'TPO', 'COND'])}", lambda: f"{digits(r, 2)}/{digits(r, 5)}/PA",
        lambda: f"£{r.randint(1, 999)},{digits(r, 3)}.{digits(r, 2)}", lambda: f"£{r.randint(1, 9)}.{r.randint(1, 9)}m", lambda: f"-{r.randint(1, 999)}.{digits(r, 2)}", lambda: f"{r.randint(1, 99)},{digits(r, 3)},{digits(r, 3)}",
        lambda: f"ISBN 978-0-{digits(r, 3)}-{digits(r, 5)}-{digits(r, 1)}", lambda: gtin(r), lambda: f"ISBN: {gtin(r)}", lambda: f"EAN {gtin(r)}",
        lambda: f"0{digits(r, 7, '123456789')}", lambda: f"SC{digits(r, 6)}", lambda: f"NI{digits(r, 6)}", lambda: f"OC{digits(r, 6)}", lambda: f"Company no. {digits(r, 8, '01')}",
        lambda: f"E0{r.choice('26789')}00{digits(r, 4)}", lambda: f"W060000{digits(r, 2)}", lambda: f"S12{digits(r, 6)}", lambda: f"E01{digits(r, 6)}", lambda: f"K02{digits(r, 6)}",
        lambda: f"{r.choice(['TQ', 'SU', 'NZ', 'SE', 'NT', 'SD'])} {digits(r, 3)} {digits(r, 3)}", lambda: f"{r.choice(['TQ', 'SU', 'SK', 'SE', 'NT'])}{digits(r, 8)}", lambda: f"{digits(r, 6, '345')}, {digits(r, 6, '123')}",
        lambda: h(32), lambda: h(40), lambda: h(64), lambda: h(7), lambda: f"{h(8)}-{h(4)}-4{h(3)}-a{h(3)}-{h(12)}", lambda: f"sha256:{h(16)}",
        lambda: f"{letters(r, 3)}-{digits(r, 4)}-{letters(r, 2)}", lambda: f"SKU{digits(r, 8)}", lambda: f"{letters(r, 2)}{digits(r, 3)}-{digits(r, 2)}", lambda: f"{letters(r, 5)}-{letters(r, 5)}-{letters(r, 5)}",
        lambda: f"{r.randint(1, 300)}.{digits(r, 1)} kg", lambda: f"{r.randint(40, 200)}/{r.randint(40, 99)} mmHg", lambda: f"{r.randint(10, 999)} x {r.randint(10, 999)} mm", lambda: f"{r.randint(1, 99)}°C", lambda: f"{r.randint(1, 60)}%", lambda: f"{r.randint(50, 58)}.{digits(r, 5)}, -{r.randint(0, 5)}.{digits(r, 5)}",
        lambda: f"GB {digits(r, 3)} {digits(r, 4)} {digits(r, 2)}", lambda: f"VAT reg GB{digits(r, 9)}", lambda: f"USRN {digits(r, 8)}", lambda: f"osgb{digits(r, 13, '1')}",
        lambda: f"Q{r.randint(1, 4)} {y}", lambda: f"{y}/{(y + 1) % 100:02d}", lambda: f"FY{y % 100}-{y % 100 + 1}", lambda: f"Week {r.randint(1, 52)}", lambda: f"{r.randint(1, 12)}:{r.randint(0, 59):02d}pm",
        lambda: f"{r.choice(['A', 'M', 'B'])}{r.randint(1, 999)}", lambda: f"Room {r.randint(1, 9)}.{digits(r, 2)}", lambda: f"{digits(r, 8)}", lambda: f"{digits(r, 9, '16')}", lambda: f"{digits(r, 12)}", lambda: f"{digits(r, 6)}", lambda: f"{digits(r, 5)}",
        lambda: f"CRN {digits(r, 6)}", lambda: f"URN {digits(r, 6)}", lambda: f"Ofsted {digits(r, 7)}", lambda: f"LAESTAB {digits(r, 7)}", lambda: f"UKPRN 100{digits(r, 5)}", lambda: f"case {digits(r, 7)}", lambda: f"ticket #{digits(r, 6)}", lambda: f"job {digits(r, 9)}", lambda: f"Council tax ref {digits(r, 9)}",
        lambda: f"ICD-10 {letters(r, 1)}{digits(r, 2)}.{digits(r, 1)}", lambda: f"SNOMED {digits(r, 9)}", lambda: f"#{h(6)}", lambda: f"{letters(r, 2)} {digits(r, 2)}/{digits(r, 2)}", lambda: f"{y}-W{r.randint(1, 52):02d}-{r.randint(1, 5)}",
        lambda: f"https://www.example.gov.uk/a/{digits(r, 6)}", lambda: f"C:\\data\\{h(5)}.csv", lambda: f"BS EN {digits(r, 5)}-{r.randint(1, 9)}:{y}", lambda: f"ISO 8601", lambda: f"tel. to follow", lambda: f"{r.randint(9, 17):02d}:00-{r.randint(9, 17):02d}:30",
    ])()  # fmt: skip


BAD = {
    "nhs_number": bad_nhs, "national_insurance": bad_nino, "postcode": bad_postcode, "phone": bad_phone, "email": bad_email, "card": bad_card,
    "iban": bad_iban, "driving_licence": bad_licence, "vehicle_registration": bad_plate, "ip_address": bad_ip, "utr": bad_utr,
    "date_of_birth": bad_date, "sort_code": bad_sort, "name": not_name,
}  # fmt: skip


def short_set(r: R, per_kind: int) -> list[dict[str, object]]:
    """Give cells of one column: each with `text`, and `spans` of start, end and kind."""
    rows: list[Row] = []
    for kind in KINDS:
        rows += [short(r, kind) for _ in range(per_kind)]
        if kind in BAD:
            rows += [(BAD[kind](r), [], "") for _ in range(per_kind * 5 // 8)]
    count = sum(1 for row in rows if row[1])
    rows += [(others(r), [], "") for _ in range(count - (len(rows) - count))]
    r.shuffle(rows)
    return [{"text": text, "spans": [list(span) for span in spans]} for text, spans, _ in rows]
