"""Make `labelled.jsonl`: values with the spans of what is personal in them, and hard negatives without any.

    python tests/data/pii/generate.py [FILE]

Written before the detector. Each line is a cell: the `column` that it stands in (cells of one column make a frame), its
`text`, its `spans` (start, end, kind; in characters) and its `half`. The halves share no sentence, no column's name and
no name of a person: `dev` is for looking at while one works on the detector, `held` is for its figures.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from random import Random

import people
import sentences
import values as v

HALVES = ("dev", "held")
IN_COLUMNS, IN_TEXTS, MIXED = 56, 60, 12  # of each kind, in each half
Cell = dict[str, object]


def cell(half: str, column: str, text: str, *spans: tuple[int, int, str]) -> Cell:
    return {"half": half, "column": f"{half}/{column}", "text": text, "spans": [list(span) for span in spans]}


def within(half: str, column: str, template: str, kind: str, value: str) -> Cell:
    start = template.index("{x}")
    return cell(half, column, template.replace("{x}", value), (start, start + len(value), kind))


def whole(half: str, column: str, kind: str, value: str) -> Cell:
    return cell(half, column, value, (0, len(value), kind))


def half_of(items: list[str] | tuple[str, ...], half: int) -> list[str]:
    return list(items[half::2])


def positives(r: Random, n: int) -> Iterator[Cell]:
    half = HALVES[n]
    given, family = half_of(people.GIVEN, n), half_of(people.FAMILY, n)
    for kind, forms in v.FORMS.items():
        names = half_of(sentences.COLUMNS[kind], n)
        for i in range(IN_COLUMNS):
            # a column is written in one or two forms, as columns are
            place = i % len(names)
            usual = [forms[(place * 5 + k) % len(forms)] for k in range(2)] + [r.choice(forms)]
            yield whole(half, names[place], kind, usual[i % 3](r))
        templates = sentences.SENTENCES[kind][n]
        for i in range(IN_TEXTS):
            yield within(half, "note", templates[i % len(templates)], kind, forms[i % len(forms)](r))
        if kind not in {"sort_code", "account_number", "date_of_birth", "passport", "uprn"}:  # which nothing but context can tell
            for i in range(MIXED):
                yield whole(half, "mixed", kind, forms[i % len(forms)](r))
    names = half_of(sentences.COLUMNS["name"], n)
    for i in range(140):
        yield whole(half, names[i % len(names)], "name", people.in_column(r, given, family))
    for i in range(20):
        yield whole(half, "forename", "name", r.choice(given))
        yield whole(half, "surname", "name", r.choice(family))
    templates = sentences.SENTENCES["name"][n]
    for i in range(140):
        yield within(half, "note", templates[i % len(templates)], "name", people.full(r, given, family))
    for i in range(30):
        yield whole(half, "mixed", "name", f"{r.choice(given)} {r.choice(family)}")


def together(r: Random, n: int) -> Iterator[Cell]:
    """Give texts with several values, as letters and logs have them."""
    half = HALVES[n]
    given, family = half_of(people.GIVEN, n), half_of(people.FAMILY, n)
    patterns = (
        (("{name}, DOB {date_of_birth}, {phone}, {email}", "Sort code {sort_code} account {account_number}", "{name}\n12 Mill Lane\nLeeds\n{postcode}\n{phone}",
          "Caller {name} ({phone}) drove {vehicle_registration}; NI {national_insurance}.", "NHS {nhs_number} / {postcode} / {email}"),
         ("Name: {name} | Tel: {phone} | Email: {email} | Post code: {postcode}", "Bank details: {sort_code} / {account_number}", "{email};{phone};{postcode}",
          "{name} paid by card {card} from {ip_address}.", "Passport {passport}, born {date_of_birth}, licence {driving_licence}")))
    for i in range(90):
        text, spans = "", []
        rest = patterns[n][i % 5]
        while "{" in rest:
            before, _, rest = rest.partition("{")
            kind, _, rest = rest.partition("}")
            value = people.full(r, given, family) if kind == "name" else r.choice(v.SORT_DASHED if kind == "sort_code" else v.FORMS[kind])(r)
            text += before
            spans.append((len(text), len(text) + len(value), kind))
            text += value
        yield cell(half, "letter", text + rest, *spans)


def _checked(r: Random, kind: str) -> str:
    """Give a value of a kind with its check digit wrong."""
    text = {"card": v.card, "nhs": v.nhs, "iban": v.iban, "utr": v.utr}[kind](r)
    place = 0 if kind == "utr" else 6
    wrong = str((int(text[place]) + 1) % 10) if text[place].isdigit() else "B" if text[place] == "A" else "A"
    return text[:place] + wrong + text[place + 1 :]


def negatives(r: Random, n: int) -> Iterator[Cell]:
    half = HALVES[n]
    plain = sentences.PLAIN[n]
    for text in plain:
        yield cell(half, "note", text)
        yield cell(half, "mixed", text)
    makers = (
        lambda: f"{r.randint(10**5, 10**7)}", lambda: f"PA/{r.randint(2010, 2026)}/{v.digits(r, 5)}", lambda: v._hex(r, 64), lambda: str(uuid.UUID(int=r.getrandbits(128), version=4)),
        lambda: f"{r.randint(0, 20)}.{r.randint(0, 30)}.{r.randint(0, 9)}", lambda: f"£{r.randint(1, 999):,}.{v.digits(r, 2)}", lambda: f"{r.uniform(-8, 2):.6f}",
        lambda: "E0" + v.digits(r, 7), lambda: r.choice(v.DATES)(v.recent(r)), lambda: v.grouped("978" + v.digits(r, 10), 3, 1, 5, 3, 1, by="-"),
        lambda: f"{r.choice(['TQ', 'SU', 'NZ', 'SE'])} {v.digits(r, 3)} {v.digits(r, 3)}", lambda: r.choice(["Granted", "Refused", "Withdrawn", "Pending", "May", "Will", "Rose"]),
        lambda: r.choice(["Victoria", "Albert", "Church", "King", "Taylor", "Rose", "Grant"]) + " " + r.choice(["Road", "Street", "Lane", "Avenue", "Close", "Way", "Terrace"]),
        lambda: r.choice(["Baker", "Jackson", "Smith", "Khan", "Walker"]) + " " + r.choice(["Ltd", "& Sons", "Homes Limited", "LLP", "Associates", "Group plc", "Solicitors"]),
        lambda: f"{r.randint(0, 23):02d}:{v.digits(r, 1)}5:{r.randint(10, 59)}", lambda: f"{r.randint(1990, 2025)}/{r.randint(10, 26)}",
        lambda: f"{v.letters(r, 3)}-{v.digits(r, 4)}-{v.letters(r, 2)}", lambda: str(r.randint(1_600_000_000_000, 1_800_000_000_000)),
    )
    for name, make in zip(sentences.NEGATIVE_COLUMNS[n], makers, strict=True):
        for _ in range(22):
            yield cell(half, name, make())
        for _ in range(5):
            yield cell(half, "mixed", make())
    for _ in range(16):  # what a check digit or a disallowed letter rules out
        yield cell(half, "mixed", v.split_card(_checked(r, "card")))
        yield cell(half, "mixed", v.grouped(_checked(r, "nhs"), 3, 3, 4))
        yield cell(half, "mixed", _checked(r, "iban"))
        yield cell(half, "mixed", r.choice(["BG", "GB", "NK", "DA", "QZ", "AO", "ZZ", "VA"]) + v.digits(r, 6) + "A")
        yield cell(half, "mixed", f"{r.randint(256, 999)}.{r.randint(0, 255)}.{r.randint(256, 400)}.1")
        yield cell(half, "mixed", r.choice(["XX1 1AA", "QQ1 2ZZ", "SW1A 1CI", "E1 1OV", "ZA12 3BB"]))
        yield cell(half, "note", f"Order {_checked(r, 'card')} was sent on {r.choice(v.DATES)(v.recent(r))}.")
        yield cell(half, "note", f"Reference {v.digits(r, 4)}-{v.digits(r, 6)}-{v.digits(r, 2)} was closed.")


def cells() -> list[Cell]:
    """Give every cell, those of one column beside each other."""
    made: list[Cell] = []
    for n in (0, 1):
        r = Random(20261129 + n)
        made += [*positives(r, n), *together(r, n), *negatives(r, n)]
    return sorted(made, key=lambda item: str(item["column"]))


if __name__ == "__main__":
    text = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in cells())
    Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("labelled.jsonl")).write_text(text, encoding="utf-8")
