"""Finding and masking personal data: cells and megabytes a second, a sample against Polars' import, and a Python loop.

    .venv/bin/python benchmarks/bench_pii.py [--cells N] [--megabytes N] [--presidio FOLDER]

Short cells are a table of 20 columns of all sorts, half of them personal and different in each row, a quarter of them
repeating as states and towns do; free text is made-up letters with a phone
number, an address or a name in most of them. CPU seconds are those of all threads; "on 2 cores" is what they come to on
two cores that have nothing else to do. `--presidio` names a virtual environment with `presidio-analyzer`, which then
reads the same short cells in one process: with names where a model of spaCy stands there (`en_core_web_*`), else its
pattern recognisers alone, without a budget, since they find no names. Exits 1 beyond a budget.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import polars as pl
from measure import call_seconds, process_seconds

from platform_core.governance import masking, pii

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "data" / "pii"))
import people  # noqa: E402 - the made-up values of the tests
import values  # noqa: E402 - as above

CORES = 2
CELLS, TEXT, HMAC, PRESIDIO = 1_000_000, 50, 6, 200
PRESIDIO_LOOP = """
import importlib.metadata, json, re, sys, time
from presidio_analyzer import AnalyzerEngine, predefined_recognizers as known
cells = json.load(open(sys.argv[1]))
models = [m for m in (re.sub("-", "_", d.name) for d in importlib.metadata.distributions()) if m.startswith("en_core_web")]
if models:
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": models[0]}]}).create_engine()
    kinds = ["EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "UK_NHS", "UK_NINO", "PERSON"]
    analyzer, what = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"]), "analyzer with " + models[0]
    look = lambda cell: analyzer.analyze(text=cell, language="en", entities=kinds)
else:
    names = ("EmailRecognizer", "CreditCardRecognizer", "IbanRecognizer", "IpRecognizer", "NhsRecognizer", "UkNinoRecognizer")
    found = [getattr(known, name)(supported_language="en") for name in names] + [known.PhoneRecognizer(supported_regions=["GB"])]
    what = "pattern recognisers alone (no language model, no names)"
    look = lambda cell: [span for item in found for span in item.analyze(cell, item.supported_entities, None) or ()]
began = time.process_time()
spans = sum(len(look(cell)) for cell in cells)
print(json.dumps([time.process_time() - began, spans, what, bool(models)]))
"""


def table(rows: int) -> pl.DataFrame:
    """Give a table of 20 columns, as a register has them."""
    r = Random(5)  # noqa: S311 - made-up data
    makers = {
        "email": values.email, "phone": values.PHONES[1], "postcode": values.postcode, "c4": values.nhs,
        "c5": lambda r: values.split_card(values.card(r)), "iban": values.iban, "name": lambda r: f"{r.choice(people.GIVEN)} {r.choice(people.FAMILY)}",
        "c8": lambda r: f"{r.choice(people.GIVEN)} {r.choice(people.FAMILY)}", "c9": values.mark, "ni_no": values.nino,
        "status": lambda r: r.choice(["Granted", "Refused", "pending"]), "ref": lambda r: f"PA/2024/{values.digits(r, 5)}",
        "decided": lambda r: values.DATES[0](values.recent(r)), "street": lambda r: r.choice(["Victoria", "High"]) + " Street",
        "lad": lambda r: "E0900" + values.digits(r, 4), "hash": lambda r: values._hex(r, 40), "use": lambda r: r.choice(["alpha", "beta", "gamma", "delta"]),
    }  # fmt: skip
    # Each cell is drawn anew: what tells a person apart differs in each row, what describes a case repeats
    columns = {name: [make(r) for _ in range(rows)] for name, make in makers.items()}
    numbers = {"amount": [n / 7 for n in range(rows)], "n": range(rows), "id": range(10**9, 10**9 + rows)}
    return pl.DataFrame({**columns, **numbers})


def letters(megabytes: int) -> pl.DataFrame:
    """Give letters of some 400 characters."""
    r = Random(6)  # noqa: S311 - as above
    words = [
        "the",
        "site",
        "is",
        "at",
        "and",
        "of",
        "planning",
        "applicant",
        "said",
        "that",
        "council",
        "a",
        "in",
        "to",
        "for",
        "was",
        "please",
        "report",
        "meeting",
        "road",
        "near",
        "objection",
        "received",
        "parking",
        "wall",
        "fence",
        "light",
        "trees",
        "noise",
        "access",
    ]
    some = []
    for _ in range(4000):
        text = [r.choice(words) for _ in range(70)]
        text[0] = text[0].capitalize()
        for place in (20, 45):
            text[place] += "."
        kind = r.choice(
            [
                lambda r: "on " + values.DATES[0](values.recent(r)),
                values.PHONES[1],
                values.email,
                values.postcode,
                lambda r: people.full(r, people.GIVEN, people.FAMILY),
                lambda r: "in 2024",
            ]
        )
        text[33] = kind(r)
        some.append(" ".join(text))
    size = sum(map(len, some)) / 1e6
    return pl.DataFrame({"letter": some * max(1, round(megabytes / size))})


def against_presidio(environment: Path, frame: pl.DataFrame, told: Callable[[str, float, float, str], None]) -> None:
    """Let Presidio of another environment read the same cells."""
    kinds = ("email", "phone", "c4", "c5", "iban", "ni_no", "name", "status")
    cells = [cell for name in kinds for cell in frame[name].head(125)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cells.json")
        path.write_text(json.dumps(cells))
        command = [str(environment / "bin" / "python"), "-c", PRESIDIO_LOOP, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    theirs, spans, what, whole = json.loads(done.stdout.splitlines()[-1])
    many = pl.DataFrame({"cell": cells * 100})
    own = call_seconds(lambda: pii.scan(many), 3) / 100
    print(f"Presidio's {what}: {len(cells) / theirs:,.0f} cells a CPU second, {spans} spans")
    if whole:
        told("cells a CPU second over Presidio with the same kinds", theirs / own, PRESIDIO, "times")
    else:
        print(f"{'cells a CPU second over those recognisers':58} {theirs / own:12,.1f} times")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cells", type=int, default=1_000_000)
    arguments.add_argument("--megabytes", type=int, default=50)
    arguments.add_argument("--presidio", type=Path)
    asked = arguments.parse_args()
    failed = []

    def told(what: str, value: float, least: float, unit: str) -> None:
        print(f"{what:58} {value:12,.1f} {unit} (at least {least:,.0f})")
        if value < least:
            failed.append(what)

    frame = table(asked.cells // 20)
    pii.scan(frame.head(100))  # lists and patterns are loaded once in a process
    seconds = call_seconds(lambda: pii.scan(frame), 3)
    told("short cells a second on 2 cores", asked.cells / 20 * 20 / seconds * CORES, CELLS, "cells/s")
    text = letters(asked.megabytes)
    size = float(text["letter"].str.len_bytes().sum()) / 1e6
    seconds = call_seconds(lambda: pii.scan(text), 2)
    told("free text a second on 2 cores", size / seconds * CORES, TEXT, "MB/s")
    sample = table(10_000)
    imported = min(process_seconds([sys.executable, "-c", "import polars"], ROOT) for _ in range(3))
    seconds = call_seconds(lambda: pii.columns(sample), 3)
    told("import of Polars over columns() of 10,000 rows by 20", imported / seconds, 1, "times")
    seconds = call_seconds(lambda: pii.scan(sample), 3)
    print(f"{'import of Polars over scan() of all 200,000 of its cells':58} {imported / seconds:12,.1f} times")

    key = masking.Key("0123456789abcdef0123456789abcdef")
    numbers = pl.DataFrame({"nhs": [f"{n:010}" for n in range(500_000)]})
    ours = call_seconds(lambda: numbers.select(masking.hashed("nhs", key=key)), 3)
    secret = key.secret.encode()
    loop = call_seconds(
        lambda: pl.Series([hmac.new(secret, text.encode(), hashlib.sha256).hexdigest() for text in numbers["nhs"]]), 2
    )
    told("a Python loop of hmac.new over masking.hashed", loop / ours, HMAC, "times")
    quick = call_seconds(
        lambda: pl.Series([hmac.digest(secret, text.encode(), "sha256").hex() for text in numbers["nhs"]]), 2
    )
    print(f"{'a Python loop of hmac.digest over masking.hashed':58} {quick / ours:12,.1f} times")
    pseudonyms = call_seconds(lambda: numbers.head(50_000).select(masking.pseudonym("nhs", key=key)))
    print(f"{'pseudonyms a CPU second':58} {50_000 / pseudonyms:12,.0f} values/s")

    if asked.presidio:
        against_presidio(asked.presidio, frame, told)
    print("beyond a budget: " + ", ".join(failed) if failed else "within all budgets")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
