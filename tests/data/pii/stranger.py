"""Make `stranger.jsonl`: a second set, as somebody would write it who knows the formats and not the detector.

    python tests/data/pii/stranger.py [FILE]

One mixed column without a telling name, logs and letters with much beside each other, cells as spreadsheets and forms
hold them, and what looks like each kind and is none.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random

import values as v

R = Random(77)
d, g = v.digits, v.grouped


def phone() -> str:
    n = v.national(R)
    a, b = v.area(n)
    return R.choice([
        f"{n[:a]} {n[a:]}", f"{n[:a]}-{n[a:]}", f"({n[:a]}){n[a:]}", f"+44{n[1:a]} {n[a:]}", f"+44 0{n[1:]}", f"(0044) {n[1:a]} {n[a:]}", f"+44\u00a0{n[1:a]}\u00a0{n[a:]}",
        f"tel:+44{n[1:]}", f"{n[:a]}/{n[a:]}", f"+44-(0)-{n[1:a]}-{n[a:]}", f"{n[:a]} {n[a:]} extension {d(R, 4)}", f"{n[:a]} {n[a:]} #{d(R, 2)}",
        f"07{d(R, 3)}-{d(R, 3)}-{d(R, 3)}", f"07{d(R, 2)} {d(R, 3)} {d(R, 4)}", f"07{d(R, 3)}.{d(R, 6)}", f"+447{d(R, 9)}", f"447{d(R, 9)}", f"00447{d(R, 9)}", f"+1-415-555-01{d(R, 2)}",
        f"+353 87 {d(R, 3)} {d(R, 4)}", f"+48 600 {d(R, 3)} {d(R, 3)}", f"0800 {d(R, 6)}", f"01{R.randint(2, 9)}{d(R, 2)} {d(R, 6)}", f"0{R.choice('23')}0 {d(R, 4)} {d(R, 4)}".replace("030", "033"),
    ])  # fmt: skip


def name() -> str:
    given = R.choice("Sarah Daniel Emily Jessica Sanjay Lakshmi Ifeoma Babatunde Zofia Tomasz Gráinne Pádraig Carys Ieuan Fraser Morag Yusra Bilal Ling Jun Renée Håkon Lucía Nkechi Dwayne Chantelle Clive Maureen Gwen Ollie".split())
    family = R.choice("Harrison Cooper Turner Iqbal Desai Reddy Nwosu Afolabi Zielińska Wójcik O'Sullivan McLaughlin Vaughan Prosser Buchanan Macleod Siddiqui Yusuf Liu Huang Lefebvre Lindström Moreno Obi Francis Blackwood Pemberton Ashworth Fielding Clegg".split())
    return R.choice([
        f"{given} {family}", f"{given} {family}", f"Mr {family}", f"Mrs {given} {family}", f"Dr. {given[0]}. {family}", f"{given} {R.choice('ABEJLMR')} {family}", f"{given} {family}-{R.choice(['Jones', 'Ward', 'Grant'])}",
        f"{family}, {given}", f"{given.upper()} {family.upper()}", f"Ms {family}", f"Prof {given} {family}", f"Sir {given} {family}", f"{given[0]}. {family}", f"Cllr {given} {family}", f"Rev. {family}",
    ])  # fmt: skip


FORMS = {
    "phone": phone,
    "name": name,
    "email": lambda: R.choice([f"{w}@{h}" for w in ("jo", "a_b-c", "x.y.z", "sales", "Tom.O'Neil", "n+tag", "0123") for h in ("example.com", "mail.example.org", "EXAMPLE.CO.UK", "example.london", "ex.ac.uk")] + ["jo at example dot com", "jo(at)example(dot)org", "jo [at] example.com", "ann@exämple.org", "jo @ example.com", "jo＠example.com"]),
    "postcode": lambda: R.choice([v.postcode(R), v.postcode(R).lower(), v.postcode(R).replace(" ", ""), v.postcode(R).replace(" ", "\t") if False else v.postcode(R), "BFPO " + d(R, 2), "bfpo 105", "W1T 4JT", "se1p 5lx", "b1 1aa", "N1 9GU", "L1 8JQ"]),
    "national_insurance": lambda: R.choice([v.nino(R), g(v.nino(R), 2, 2, 2, 2, 1), g(v.nino(R), 2, 3, 3, 1), g(v.nino(R), 2, 2, 2, 2, 1, by="/"), v.nino(R).title(), v.nino(R, suffix=False), g(v.nino(R), 2, 2, 2, 2, 1).replace(" ", "\u2009")]),
    "nhs_number": lambda: R.choice([v.nhs(R), g(v.nhs(R), 3, 3, 4), g(v.nhs(R), 3, 3, 4, by="-"), g(v.nhs(R), 3, 3, 4, by="."), g(v.nhs(R), 3, 3, 4).replace(" ", "\u202f")]),
    "card": lambda: R.choice([v.card(R), v.split_card(v.card(R)), v.split_card(v.card(R), "-"), v.split_card(v.card(R), "."), v.split_card(v.card(R), "  ")]),
    "iban": lambda: R.choice([v.iban(R), g(v.iban(R), *[4] * 9), v.iban(R).lower(), g(v.iban(R), *[4] * 9).replace(" ", "\u00a0"), "IBAN" + v.iban(R)]),
    "driving_licence": lambda: R.choice([v.licence(R), v.licence(R).lower(), g(v.licence(R), 5, 6, 5, by="-"), g(v.licence(R), 5, 6, 5)]),
    "vehicle_registration": lambda: R.choice([v.mark(R), v.mark(R), v.mark(R).replace(" ", ""), v.mark(R).lower(), v.mark(R).replace(" ", "-"), v.MARKS[6](R), v.MARKS[7](R), v.MARKS[8](R), v.MARKS[6](R).replace(" ", "")]),
    "ip_address": lambda: R.choice([v.ipv4(R), v.ipv4(R), "2001:db8::1", "2001:db8:85a3::8a2e:370:7334", "fe80::1%eth0", "::1", "2001:DB8:0:0:8:800:200C:417A", v.ipv4(R) + "/16", "2001:db8::/32"]),
    "utr": lambda: R.choice([v.utr(R), g(v.utr(R), 5, 5), v.utr(R) + "k", g(v.utr(R), 5, 5, by="-")]),
    "sort_code": lambda: R.choice([g(v.sort_code(R), 2, 2, 2, by="-"), g(v.sort_code(R), 2, 2, 2), v.sort_code(R)]),
    "account_number": lambda: d(R, 8),
    "date_of_birth": lambda: R.choice(v.DATES)(v.born(R)),
    "passport": lambda: R.choice([d(R, 9), d(R, 9), v.letters(R, 2) + d(R, 7), g(d(R, 9), 3, 3, 3)]),
    "uprn": lambda: R.choice(["100" + d(R, 9), "10" + d(R, 9), d(R, 7), "2" + "00" + d(R, 9)]),
}
CONTEXTS = {
    "phone": ["Pls call back on {} before 5pm", "Mobile no: {}", "{} (home)", "Contact telephone {} or visit", "rang from {} twice", "Fax: {}", "My number's {}", "phone={}&lang=en", '"tel": "{}"', "Whatsapp {} any time"],
    "name": ["Interview with {} on site.", "cc {}", "Complaint made by {} about noise", "The owner, {}, was present", "Prepared by: {}", "{} has withdrawn the objection", "Please ask for {}", "Witness statement of {}", "Minutes taken by {}", "Report to {} at once."],
    "email": ["write to {}!", "From: {}", "email:{}", '{{"email": "{}"}}'.replace("{{", "{").replace("}}", "}"), "{} bounced", "Cc: <{}>"],
    "postcode": ["the flat in {} is damp", "Address: 4 Elm Road, York, {}", "{}, UK", "covers {} only", "from {} to the coast", "pc:{}"],
    "national_insurance": ["NINO {} verified", "national insurance number: {}", "NI no. {}", "worker {} joined", "her NI is {}.", '"ni": "{}"'],
    "nhs_number": ["NHS no. {}", "NHS Number {} (verified)", "patient ID {} on NHS spine", "see NHS {}"],
    "card": ["card ending? full: {}", "took {} over phone", "MasterCard {} exp 01/29", "cc {}, thanks", "pan={}"],
    "iban": ["IBAN {}", "bank: {}.", "pay to {} asap", "iban={}"],
    "driving_licence": ["licence no {}", "DL: {}", "Driver {} checked", "ID shown was {}."],
    "vehicle_registration": ["VRM: {}", "a red Ford, reg {}, left", "car {} parked on verge", "Vehicle {} seen", "the number plate was {}"],
    "ip_address": ["login from {}", "ip={}", "blocked {} again", "Host {} unreachable", "src {} dst eth0"],
    "utr": ["UTR: {}", "my UTR number is {}", "unique taxpayer ref {}", "Self Assessment UTR {}"],
    "sort_code": ["sort code {}", "S/C {}", "SC: {}", "sort code: {}, Lloyds"],
    "account_number": ["account number: {}", "acc no {}", "A/C {}", "account no. {}", "bank account {}"],
    "date_of_birth": ["DOB {}", "born {}", "date of birth: {}", "D.O.B {}", "Her birthday is {}", "birth date {}"],
    "passport": ["passport {}", "Passport No {}", "passport number: {}", "travel document / passport {}"],
    "uprn": ["UPRN {}", "uprn: {}", "(UPRN: {})", "UPRN={}"],
}
NOTHING = """Application 21/01234/FUL|Ref. 2023/0456/LBC|The Old Post Office|Will be decided in May|Mark your calendar|Rose bushes|Grant of permission|Jack Straw's Castle|Prince of Wales Road
St John's Wood|King's Lynn and West Norfolk|Harris Academy|Smith Street|Wilson & Co Solicitors|Taylor Review 2015|Windsor Castle|Lloyds Banking Group|Cooper Associates Ltd|Miller Homes|Bellway Homes
Christmas Day|New Year|Victoria Station|Abbey Road|Isle of Wight|East Riding of Yorkshire|Brighton and Hove|High Wycombe|Great Yarmouth|Bury St Edmunds|Royal Tunbridge Wells|Newcastle upon Tyne
v1.2.3.4|version 10.0.22621.1|Chrome/120.0.6099.109|section 5.2.1.3|0.0.1-alpha|51.507351, -0.127758|530000, 180000|TQ299804|SJ 8385 9810|£12,500.00|1,234,567|12:30-13:45
2024-03-15T09:30:00Z|15/03/2024|01-04-2023|Q3 2022/23|1066|FY2021|ISBN 978-0-14-143951-8|ISBN 0306406152|9780141439518|5012345678900|EAN 4006381333931
550e8400-e29b-41d4-a716-446655440000|d41d8cd98f00b204e9800998ecf8427e|a3f5c9e|0x1F4E79|#FF5733|SKU-48213-BK|INV/2024/000317|PO 4500012345|AWB 1Z999AA10123456784|JD0002254512345678
E07000123|W06000015|S12000033|N09000003|E01004736|E14000530|SIC 62020|NAICS 541512|Class C3(a)|B1/B2/B8|A4 80gsm|M6 Toll|A38(M)|Flat 12B|Block C2|Unit 7|Room 101|Floor 3
Order no 4829104821|order 07700900|tracking 00340434161094042557|customer 12345678|Case 20240101|batch 20-11-05|lot 112233|serial 99887766|meter 1012345678901|IMEI 490154203237518
@handle|user@host|npm i @types/node@20.1.0|git@github.com:org/repo.git|icon@2x.png|a @ b|price @ 5.00|x@y|http://example.com/a?b=1|C:\\Users\\Public|/var/log/syslog
10am to 4pm|24/7|3-4 weeks|1st Floor|2nd Stage|50:50|4x4|100%|25mm x 40mm|-12.5|1e10|3.14159|0800-1700 hrs|9-5|7.5 tonnes|No. 10|No 221B
Not yet known|To be confirmed|See Appendix A|As above|N/A|Head of Planning|Chief Executive|Development Manager|Senior Planning Officer|Director of Place|Ward Councillor|Parish Clerk|Members of the Public
Greater London Authority|Homes England|Historic England|Environment Agency|Natural England|Network Rail|Thames Water|Severn Trent|National Grid|Transport for London|Sport England
Elm Tree Farm|Holly Cottage|Rosemary Lane|Charlotte Street|Albert Embankment|Alexandra Palace|Victoria and Albert Museum|Elizabeth House|Queen Mary University|Nelson Mandela House|Florence Nightingale Ward
April showers|June 2023|August recess|The Summer Exhibition|Penny Lane|Frank discussion|Faith groups|Joy Division|Amber alert|Ruby Tuesday|Crystal Palace|Sandy soil|Heath land|Ash dieback|Art gallery|Dale Farm"""


def cells() -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    alone = {"sort_code", "account_number", "date_of_birth", "passport", "uprn"}
    for kind, form in FORMS.items():
        for i in range(40):
            value = form()
            # A label that is written onto the value is no part of it
            prefix = next((p for p in ("tel:", "IBAN") if value.startswith(p)), "")
            template = "{}" if kind not in alone and i % 3 == 0 else CONTEXTS[kind][i % len(CONTEXTS[kind])]
            before, after = template.split("{}") if template.count("{}") == 1 else ("", "")
            start = len(before) + len(prefix)
            made.append({"column": "s/" + ("value" if template == "{}" else "text"), "text": before + value + after, "spans": [[start, len(before) + len(value), kind]]})
    for i in range(60):  # several in a row, as a log or a form has them
        parts = [("name", f"{R.choice(['Ellen', 'Marcus', 'Priyanka', 'Dylan'])} {R.choice(['Hodgson', 'Begum', 'Rahman', 'Sutton'])}"), ("email", FORMS["email"]().replace("0123@", "jo@") if False else f"u{i}@example.org"), ("phone", v.split_phone(v.national(R))), ("postcode", v.postcode(R)), ("national_insurance", v.nino(R)), ("vehicle_registration", v.mark(R)), ("ip_address", v.ipv4(R))]
        R.shuffle(parts)
        text, spans = "", []
        for kind, value in parts[: R.randint(2, 5)]:
            text += R.choice([" ", ", ", " | ", "; ", "\t", "\n"]) if text else ""
            spans.append([len(text), len(text) + len(value), kind])
            text += value
        made.append({"column": "s/row", "text": text, "spans": spans})
    for text in NOTHING.replace("\n", "|").split("|"):
        made.append({"column": "s/value", "text": text, "spans": []})
        made.append({"column": "s/text", "text": R.choice(["{} was noted.", "See {}", "re: {}", "{}"]).replace("{}", text), "spans": []})
    for item in made:
        item["half"] = "stranger"
    return sorted(made, key=lambda item: str(item["column"]))


if __name__ == "__main__":
    text = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in cells())
    Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("stranger.jsonl")).write_text(text, encoding="utf-8")
