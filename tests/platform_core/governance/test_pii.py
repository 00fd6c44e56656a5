"""What `scan` and `columns` promise of any frame: places, kinds, nulls, overlaps, errors; and the checksums."""

from __future__ import annotations

import ast
import datetime as dt
import random
import subprocess
import sys
from unittest import mock

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_core.errors import UserError
from platform_core.governance import pii
from platform_core.governance.pii import checksums
from platform_core.governance.pii.scanning import found_in

TEXT = "né Mrs Zoë Müller-Jones, 07700\u00a0900\u2011123; zoe@example.com 🏠 SW1A 1AA"


def found(frame: object, **options: object) -> list[tuple[object, ...]]:
    return pii.scan(frame, **options).select("row", "column", "kind").rows()  # type: ignore[arg-type]  # options of scan


def test_places_are_of_characters() -> None:
    (cells,) = (pii.scan(pl.DataFrame({"t": [None, TEXT]})),)
    assert cells.schema == {"row": pl.UInt32, "column": pl.String, "kind": pl.String, "start": pl.UInt32, "end": pl.UInt32, "score": pl.Float64}  # fmt: skip
    spans = {kind: TEXT[start:end] for kind, start, end in cells.select("kind", "start", "end").iter_rows()}
    assert spans == {
        "name": "Mrs Zoë Müller-Jones",
        "phone": "07700\u00a0900\u2011123",
        "email": "zoe@example.com",
        "postcode": "SW1A 1AA",
    }
    assert set(cells["row"]) == {1}


def test_every_kind_of_frame_is_taken() -> None:
    frame = pl.DataFrame({"a": ["x", "ann@example.com"], "b": [1, 2]})
    wanted = [(1, "a", "email")]
    assert found(frame) == found(frame.lazy()) == found(frame.to_pandas()) == found(frame.to_arrow()) == wanted
    categories = frame.with_columns(pl.col("a").cast(pl.Categorical))
    assert found(categories) == wanted
    assert found(frame.with_columns(pl.col("a").cast(pl.Enum(["x", "ann@example.com"])))) == wanted
    assert found(pd.DataFrame({"a": pd.Categorical(["x", "ann@example.com"])}, index=[7, 9])) == wanted
    assert found(pl.DataFrame()) == found(pl.DataFrame({"a": []})) == found(pl.DataFrame({"a": [None]})) == []


def test_numbers_and_dates_are_read_as_they_are_written() -> None:
    frame = pl.DataFrame(
        {
            "NHS No": [9434765919, None],
            "mobile": [7700900123.0, None],
            "dob": [dt.date(1980, 3, 12), None],
            "seen_on": [dt.date(2024, 3, 12), None],
            "sort_code": [90126, None],
            "fee": [12.5, 99999999.25],
            "open": [True, False],
            "raw": [b"ann@example.com", None],
        }
    )
    kinds = {
        column: (kind, start, end)
        for column, kind, start, end in pii.scan(frame).select("column", "kind", "start", "end").iter_rows()
    }
    assert kinds == {
        "NHS No": ("nhs_number", 0, 10),
        "mobile": ("phone", 0, 10),
        "dob": ("date_of_birth", 0, 10),
        "sort_code": ("sort_code", 0, 5),
    }


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt8, pl.Int64, pl.Int128, pl.Float32, pl.Decimal(5, 2), pl.Null])
def test_no_type_of_number_breaks_it(dtype: pl.DataType) -> None:
    frame = pl.DataFrame({"n": pl.Series([None, None] if dtype == pl.Null else [1, None]).cast(dtype)})
    assert pii.scan(frame).is_empty()
    assert not pii.columns(frame)["personal"].any()


def test_what_is_nested_is_left_out_and_refused_by_name() -> None:
    frame = pl.DataFrame({"emails": [["ann@example.com"]], "note": ["ann@example.com"]})
    assert found(frame) == [(0, "note", "email")]
    with pytest.raises(UserError, match="nested"):
        pii.scan(frame, "emails")
    with pytest.raises(UserError, match="no column 'nota'"):
        pii.scan(frame, ["nota"])
    with pytest.raises(UserError, match="no engine"):
        pii.scan(frame, engine="other")
    with pytest.raises(UserError, match="is no frame"):
        pii.scan(3)


def test_findings_of_a_cell_do_not_overlap_and_what_is_proven_stands() -> None:
    cells = [
        "IBAN GB29 NWBK 6016 1331 9268 19",
        "4111 1111 1111 1111",
        "0770090012@example.com",
        "sort code 20-00-00 account 55779911",
    ]
    frame = pii.scan(pl.DataFrame({"t": cells}))
    assert frame.select("row", "kind").rows() == [
        (0, "iban"),
        (1, "card"),
        (2, "email"),
        (3, "sort_code"),
        (3, "account_number"),
    ]
    assert (
        frame.filter(pl.col("row") == pl.col("row").shift(-1))["end"]
        <= frame.filter(pl.col("row") == pl.col("row").shift(1))["start"]
    ).all()


@settings(max_examples=12)  # each is two scans of everything
@given(
    st.lists(
        st.one_of(st.none(), st.text(max_size=80), st.sampled_from([TEXT, "NHS 943 476 5919", "born 1/2/1980"])),
        max_size=8,
    )
)
def test_no_text_breaks_it_and_parts_agree_with_the_whole(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    whole = pii.scan(frame)
    assert whole.equals(pii.scan(frame))
    for row, start, end in whole.select("row", "start", "end").iter_rows():
        text = texts[row]
        assert text is not None
        assert 0 <= start < end <= len(text)
    # A cell is judged by itself, up to what its column says
    assert whole.equals(pii.scan(frame.with_columns(u=pl.lit(None, pl.String))).filter(pl.col("column") == "t"))


def test_numbers_drawn_at_random_are_no_numbers_of_the_nhs() -> None:
    drawn = pl.Series("id", range(4_000_000_000, 4_000_000_000 + 7 * 2000, 7))
    assert found(drawn.to_frame()) == []
    assert not pii.columns(drawn.to_frame())["personal"].any()
    assert len(found(pl.DataFrame({"nhs_no": drawn}))) == pytest.approx(2000 / 11, rel=0.2)


def test_valid_numbers_among_as_many_wrong_ones_are_more_than_chance() -> None:
    """Of 80 numbers a quarter is valid, as of numbers drawn at random hardly ever is; barcodes count for none of them."""
    drawn = pl.Series(range(4 * 10**15, 4 * 10**15 + 600)).cast(pl.String)
    right = checksums.luhn(drawn)
    wrong, barcodes = drawn.filter(~right).head(60), pl.Series(range(5 * 10**12, 5 * 10**12 + 200)).cast(pl.String)
    for share, count in ((20, 20), (8, 0)):
        cells = pl.concat([drawn.filter(right).head(share), wrong, barcodes]).to_frame("value")
        assert found(cells) == [(row, "value", "card") for row in range(count)]


def test_a_column_of_nothing_but_valid_check_digits_is_one_of_nhs_numbers_whatever_they_begin_with() -> None:
    """Made-up numbers lie outside the ranges that are issued; some of them have the check digit of a UTR too."""
    draw = random.Random(5)  # noqa: S311 - made-up numbers, no secret
    drawn = pl.Series([str(draw.randrange(10**9, 10**10)) for _ in range(3000)])
    valid = drawn.filter(checksums.modulus_11(drawn))
    assert found(pl.DataFrame({"value": valid})) == [(row, "value", "nhs_number") for row in range(len(valid))]
    assert found(pl.DataFrame({"value": drawn})) == []
    spaced = pii.scan(pl.DataFrame({"value": " " + valid}))
    assert set(spaced.select("start", "end").rows()) == {(1, 11)}


def test_a_column_is_looked_at_by_its_own_name_whatever_a_pattern_means() -> None:
    frame = pl.DataFrame({"*": ["ann@example.com"], "^b.*$": ["x"], "b": [1]})
    assert pii.columns(frame).filter("personal")["column"].to_list() == ["*"]


def test_columns_are_judged_by_name_and_by_values() -> None:
    frame = pl.DataFrame(
        {
            "applicant": ["Ada Khan", "Bo Li"],
            "c1": ["ann@example.com", "x"],
            "ethnicity": ["A", "B"],
            "case_notes": ["spoke to Mrs Smith", "no answer"],
            "authority": ["Leeds", "York"],
            "fee": [1, 2],
            "tags": [["a"], ["b"]],
        }
    )
    verdicts = {
        row["column"]: (row["personal"], row["kind"], row["by"]) for row in pii.columns(frame).iter_rows(named=True)
    }
    assert verdicts == {
        "applicant": (True, "name", "both"),
        "c1": (True, "email", "values"),
        "ethnicity": (True, "special_category", "name"),
        "case_notes": (True, "name", "values"),
        "authority": (False, None, None),
        "fee": (False, None, None),
        "tags": (False, None, None),
    }
    assert pii.personal(frame.lazy()) == {"applicant", "c1", "ethnicity", "case_notes"}


def test_a_sample_reads_a_thousand_rows_and_a_full_scan_all() -> None:
    rare = pl.DataFrame({"t": ["nothing"] * 5001 + ["ann@example.com"] * 200})
    assert pii.columns(rare.lazy())["personal"].to_list() == [False]
    assert pii.columns(rare, sample=None)["personal"].to_list() == [True]
    assert pii.columns(rare)["personal"].to_list() == [True]  # evenly spaced


def test_a_frame_of_measures_loads_nothing_that_reads_texts() -> None:
    looks = """
import sys, polars as pl
from platform_core.governance import pii
frame = pl.DataFrame({"rent": [1.5], "nhs_number": [None], "units": [3], "seen": [True]})
print(pii.columns(frame)["personal"].to_list(), pii.scan(frame).height)
print(sorted(name.rpartition(".")[2] for name in sys.modules if name.startswith("platform_core.governance.pii.")))
"""
    told = subprocess.run([sys.executable, "-c", looks], check=True, capture_output=True, text=True).stdout
    verdicts, loaded = told.splitlines()
    assert verdicts == "[False, True, False, False] 0"
    assert not {"texts", "names", "judging", "codes"} & set(ast.literal_eval(loaded))


def test_presidio_is_loaded_only_where_it_is_asked_for_and_said_to_be_missing() -> None:
    assert "presidio_analyzer" not in sys.modules
    with pytest.raises(UserError, match="needs the package 'presidio_analyzer'"):
        pii.scan(pl.DataFrame({"t": ["x"]}), engine="presidio")


@given(st.integers(0, 10**9 - 1), st.booleans())
def test_checksums_agree_with_a_loop_with_numpy_and_without(body: int, few: bool) -> None:
    with mock.patch.object(checksums, "_are_few", return_value=few):
        agree_with_a_loop(body)


def agree_with_a_loop(body: int) -> None:
    digits = f"{body:09}"
    numbers = pl.Series([f"{digits}{last}" for last in range(10)])
    weighed = [sum(int(d) * w for d, w in zip(number, range(10, 0, -1), strict=True)) % 11 == 0 for number in numbers]
    assert checksums.modulus_11(numbers).to_list() == weighed
    doubled = [
        sum(sum(divmod(int(d) * (1 + place % 2), 10)) for place, d in enumerate(reversed(number))) % 10 == 0
        for number in numbers
    ]
    assert checksums.luhn(numbers).to_list() == doubled
    first = "21987654321"[sum(int(d) * w for d, w in zip(digits, (6, 7, 8, 9, 10, 5, 4, 3, 2), strict=True)) % 11]
    assert checksums.utr(pl.Series([f"{d}{digits}" for d in range(10)])).to_list() == [
        str(d) == first for d in range(10)
    ]
    ibans = pl.Series([f"GB{check:02}ABCD{digits}" for check in range(2, 99)])
    remainders = [int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1 for iban in ibans]
    assert checksums.mod_97(ibans).to_list() == remainders


@pytest.mark.parametrize(
    "text",
    [
        "SC123456", "OC301234", "LP004567", "TQ123456", "SU4718", "TQ 27959 87965", "NZ 2456 6470", "CM20/0987", "AA12/1234",
        "E01000001", "E06000023", "W01001234", "RXK01", "Y00492", "A81001", "H801200001001", "10001234", "GB-LND", "A123",
        "APP/X0360/W/21/3278888", "23/01234/FUL", "ORD-2023-123456", "[2019] UKUT 0123 (AAC)", "King Edward VI",
        "William Farr School", "William Farr Primary", "Stoke-on-Trent", "Weston-super-Mare", "12.10.2021",
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "See {} for details", "Ref: {}, approved."])
def test_what_organisations_places_and_cases_are_called_by_is_nobodys(text: str, around: str) -> None:
    assert pii.scan(pl.DataFrame({"code_1": [around.format(text)]})).rows() == []


@pytest.mark.parametrize(
    "text", ["NI number SC123456", "NN 67 21 32", "TR-90-02-84", "Quoted SZ 44 40 10 as proof", "UTR 27959 87965"]
)
def test_a_word_or_the_pairs_of_a_national_insurance_number_still_tell_it(text: str) -> None:
    found = pii.scan(pl.DataFrame({"code_1": [text]}))["kind"].to_list()
    assert found == (["utr"] if text.startswith("UTR") else ["national_insurance"])


@pytest.mark.parametrize(
    "text",
    [
        "Sir John Lawes School",
        "Sir Henry Floyd Grammar School is full",
        "Meet at Captain Cook Crescent",
        "Dr Challoner's High School",
        "St John Fisher Catholic Primary School",
        "Lord Roberts Avenue",
        "The count was 4500123456 at 1601573394",
    ],
)
def test_what_is_called_after_a_person_is_none(text: str) -> None:
    assert found(pl.DataFrame({"t": [text]})) == []


def test_a_person_beside_a_school_is_one() -> None:
    frame = pl.DataFrame({"t": ["Dr Ann Khan, Hillside School", "Sir John Lawes spoke", "Mrs Khan at Lady Bay School"]})
    assert [row[2] for row in found(frame)] == ["name"] * 3


@pytest.mark.parametrize(
    ("cells", "personal"),
    [
        (["Conservation area", "Listed building", "Green belt"], False),
        (["Camden", "Kirklees", "Islington", "Lambeth"], False),
        (["Alpha", "Beta", "Gamma"], False),
        (["apples", "rent"], False),
        (["Ada Khan", "xiomara quispe"], True),
        (["wei zhang", "Listed Building", "Zoë"], True),
        ([None, None], True),
    ],
)
def test_values_say_whether_a_column_called_name_is_of_people(cells: list[str | None], personal: bool) -> None:
    frame = pl.DataFrame({"name": cells}, schema={"name": pl.String})
    assert pii.columns(frame)["personal"].item() is personal
    assert bool(found(frame)) is (personal and any(cells))


def test_numbers_in_a_column_called_people_say_how_many() -> None:
    frame = pl.DataFrame(
        {"people": [3, 12], "tenants": ["2", "1,204"], "residents": ["Ada Khan", "7"], "customer": [17, 4]}
    )
    verdicts = pii.columns(frame)
    assert dict(verdicts.select("column", "personal").iter_rows()) == {
        "people": False, "tenants": False, "residents": True, "customer": True
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cells", "kind"),
    [
        ("person_id", ["P-1001", "P-1002"], "personal"),
        ("customer_no", ["1", "2"], "personal"),
        ("created_by_id", ["a", "b"], "personal"),
        ("applicant_ethnicity", ["A", "B"], "special_category"),
        ("owner_address", ["x", "y"], "address"),
        ("MonthName", ["April", "May", "June", "August"], None),
        ("day_name", ["Monday", "Friday"], None),
        ("Cost centre name", ["Stanley Street Car Park", "Preston Park"], None),
        ("display_name", ["Ada Khan", "Reception desk"], "name"),
        ("display_name", ["Meeting room", "Reception desk"], None),
        ("approver", ["ada khan", "xiomara quispe"], "name"),
        ("approver", ["system", "workflow"], None),
        ("KnownAs", ["Baz", "Jaz"], "name"),
    ],
)
def test_what_is_called_after_a_person_or_a_name_need_be_none(column: str, cells: list[str], kind: str | None) -> None:
    verdict = pii.columns(pl.DataFrame({column: cells})).select("personal", "kind").row(0)
    assert verdict == (kind is not None, kind)
    assert bool(found(pl.DataFrame({column: cells}))) is (kind == "name")


def test_in_a_column_of_names_in_full_what_speaks_of_nobody_is_none() -> None:
    people = [f"{given} Khan" for given in ("Ada", "Omar", "Zara", "Noor", "Rhys")] * 5
    others = ["Ofsted", "Anglian Water"]
    scanned = found(pl.DataFrame({"customer": [*people, *others, "Xoan Quispe", "Zara"]}))
    assert [row[0] for row in scanned] == [*range(25), 27, 28]
    assert len(found(pl.DataFrame({"customer": ["Ofsted", "Xoan"]}))) == 2


def test_two_letters_and_six_digits_that_chance_made_are_nobodys() -> None:
    begun = ["AB", "CE", "DG", "FB", "GM", "VJ", "BK", "NV", "RK", "TM"]  # of which four begin no number
    assert pii.scan(pl.DataFrame({"value": [f"{two}{n}12345" for n, two in enumerate(begun)]})).is_empty()
    assert (
        pii.scan(
            pl.DataFrame({"value": [f"{two}{n}12345" for n, two in enumerate(["AB", "JH", "KL", "WM", "RK"])]})
        ).height
        == 5
    )


def test_tags_of_one_series_and_versions_are_nobodys() -> None:
    frame = pl.DataFrame({"tag": [f"AT84{n}57" for n in range(10, 30)], "version": [f"16.10.5.{n}" for n in range(20)]})
    assert found(frame) == []


def test_what_stands_beside_a_cell_is_the_same_in_one_column_and_in_many() -> None:
    """Cells that are one piece share what their column's name says: read beside other columns each keeps its own."""
    frame = pl.DataFrame({"order_no": ["9434765919"], "NHS No": ["9434765919"], "mobile": ["9434765919"]})
    together = pii.scan(frame).select("column", "kind", "start", "score")
    alone = pl.concat([pii.scan(frame, name) for name in frame.columns]).select(together.columns)
    assert together.equals(alone)
    assert together.rows() == [("NHS No", "nhs_number", 0, 0.98), ("mobile", "phone", 0, 0.8)]


def test_frames_that_are_read_together_are_judged_as_each_alone() -> None:
    chance = random.Random(7)  # noqa: S311 - frames to try, no secret
    cells = [
        TEXT, "Ada Khan", "ada khan", "unknown", "9434765919", "AB123456C", "granted", "", "12 High Street", "born 1/2/1980",
        "4111 1111 1111 1111", "seen by Ama Frick", "a@b.org", "x" * 300, "20-00-00 55779911", "Łucja Żak", None,
    ]  # fmt: skip
    names = ["name", "note", "NHS No", "order_no", "mobile", "applicant_name", "street_name", "dob", "ref", "email"]
    frames = []
    for _ in range(12):
        rows = chance.choice([0, 1, 3, 10, 30])
        texts = {name: chance.choices(cells, k=rows) for name in chance.sample(names, 4)}
        frame = pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String))
        numbers = pl.Series("uprn", [chance.choice([9434765919, 7, None]) for _ in range(rows)], dtype=pl.Int64)
        frames.append(frame.with_columns(numbers, nested=pl.concat_list(numbers)))
    assert pii.personal_in_each(frames) == [pii.personal(frame) for frame in frames]
    columns = [frame[name] for frame in frames for name in frame.columns if name != "nested"]
    together = dict(found_in(columns))
    for place, column in enumerate(columns):
        alone = pii.scan(column.to_frame()).drop("column")
        found = together[place].select(alone.columns) if place in together else alone.clear()
        assert found.rows() == alone.rows(), column


@pytest.mark.parametrize(
    "text",
    [
        "Visit to Lord Lawson of Beamish Academy",
        "Source: Elizabeth Garrett Anderson Building",
        "Sir John of Gaunt School opens",
        "Peter Jones store",
        "Lord Nelson Inn",
        "Ashley Down",
        "Land at Kirkby Stephen",
        "Melton Mowbray",
        "Community Infrastructure Levy",
    ],
)
def test_a_place_called_after_somebody_is_nobody_however_it_goes_on(text: str) -> None:
    assert found(pl.DataFrame({"note": [text]})) == []


def test_an_address_of_the_internet_behind_its_label_is_no_national_insurance_number() -> None:
    """`IP 44.17.47.179` begins as a number in pairs would, and dots go on where a space began."""
    frame = pl.DataFrame({"log": ["IP 44.17.47.179 refused", "AB.12.34.56.C and AB 12 34 56 C"]})
    kinds = [row[2] for row in pii.scan(frame).rows()]
    assert kinds == ["ip_address", "national_insurance", "national_insurance"]


@pytest.mark.parametrize("text", ["Jackson, Trevor", "spoke to Trevor T. Jackson today"])
def test_a_family_name_that_is_a_given_name_too_is_found_on_either_side(text: str) -> None:
    assert [row[2] for row in pii.scan(pl.DataFrame({"note": [text]})).rows()] == ["name"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ask Ben Price first.", ["Ben Price"]),
        ("Paid by Anita Das, Leeds", ["Anita Das"]),
        ("Dear Qatadah Zakariyya,", ["Qatadah Zakariyya"]),
        ("Seen today: Xiomara Quispe, DOB unknown", ["Xiomara Quispe"]),
        ("Applied for Sarah's Law data", []),
        ("the cat of Sarah Khan's mother", ["Sarah Khan"]),
        ("Jack Smith's", []),
        ("The wall at 163 Donna Mills leans", []),
        ("Flat 9, Donna Mills, Leeds", []),
        ("In 2021 Donna Mills left", ["Donna Mills"]),
        ("Sarah Khan sauce", []),
        ("Father Christmas", []),
        ("Hello Mr & Mrs Pennington, see below", ["Mr & Mrs Pennington"]),
        ("PC 4412 Hargreaves attended with DI Mehta", ["PC 4412 Hargreaves", "DI Mehta"]),
        ("Spoke to Olga and her son Xoan", ["Olga", "Xoan"]),
        ("Good morning Chukwuemeka,\nall well?\nThanks,\nJonty\nSent from my phone", ["Chukwuemeka", "Jonty"]),
        ("Harold and Edna Pickersgill; Ada Khan and Rhys.", ["Harold", "Edna Pickersgill", "Ada Khan", "Rhys"]),
        ("Ada Khan/Omar Khan", ["Ada Khan", "Omar Khan"]),
        ("Park Ji-hoon and Colm Ó hÓgáin", ["Park Ji-hoon", "Colm Ó hÓgáin"]),
        ("Clematis Nelly Moser; Père David's deer", []),
        ("Harriet Khan Hair Design", []),
        ("trip to Alton Towers", []),
        ("Dear Customer, thanks", []),
        ("Amara's mum and Tenant's son Xoan rang", ["Amara", "Xoan"]),
        ("Children: Ayaan (6), Inaya (4 months)", ["Ayaan", "Inaya"]),
        ("Noor, could you ring back?", ["Noor"]),
        ("Phoned wife, Xoana, no answer", ["Xoana"]),
        ("Carys Probert's school place", ["Carys Probert"]),
        ("Dr and Mrs Q. Fairweather of Mill House", ["Dr and Mrs Q. Fairweather"]),
        ("Achterberg, Mrs Willa", ["Achterberg, Mrs Willa"]),
        ("Ruairí Nic Dhonnchadha and Bláthnaid Ó Murchú", ["Ruairí Nic Dhonnchadha", "Bláthnaid Ó Murchú"]),
        ("José Luis Ortega y Vega", ["José Luis Ortega y Vega"]),
        ("Dear Tesco,", []),
        ("Year 6: Goodnight Mr Tom", []),
        ("Fuchsia 'Mrs Popple'", []),
        ("Florin was wearing a coat and told Xoan so", ["Florin", "Xoan"]),
        ("We stayed in Sofia, the Sofia flat, with Sofia", ["Sofia"]),
        ("She had to look after Orhan and Leroy alone", ["Orhan", "Leroy"]),
        ("Rachel and I object; Virginia creeper, Romeo and Juliet", ["Rachel"]),
        ("Shall we? Ciprian", ["Ciprian"]),
        ("So Ileana, tell me", ["Ileana"]),
        ("Her ex-partner Xoan Quispe left; sister-in-law, Bo Quispe, too", ["Xoan Quispe", "Bo Quispe"]),
        ("From: Xoan Quispe\nTo: Zara Xoyy", ["Xoan Quispe", "Zara Xoyy"]),
        ("@Zara Khan can you look?", ["Zara Khan"]),
        ("On 4 May, Ada Khan wrote", ["Ada Khan"]),
        ("Present: Deborah Topping (Clerk)", ["Deborah Topping"]),
        ("Xoan Quispe v Tesco Stores", ["Xoan Quispe"]),
        ("Ask Wai-hing Liao of the Queen Elizabeth Hall", ["Wai-hing Liao"]),
        ("Lord Nelson Street", []),
        ("sent 3 Jun 2024", []),
    ],
)
def test_a_name_is_told_by_what_stands_around_it(text: str, found: list[str]) -> None:
    spans = pii.scan(pl.DataFrame({"note": [text]})).filter(pl.col("kind") == "name").select("start", "end").rows()
    assert [text[start:end] for start, end in spans] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ada Khan & Bo Quispe", ["Ada Khan", "Bo Quispe"]),
        ("Khan, Ada; Quispe, Bo", ["Khan, Ada", "Quispe, Bo"]),
        ("Brannigan C, Quispe Z & Xoyy L", ["Brannigan C", "Quispe Z", "Xoyy L"]),
        ("Xoana Quispe - daughter, 07700 900123", ["Xoana Quispe"]),
        ("Quispe Bo / mother", ["Quispe Bo"]),
        ("Mr & Mrs J Xoyy", ["Mr & Mrs J Xoyy"]),
        ("Mr and Mrs J Xoyy", ["Mr and Mrs J Xoyy"]),
        ("García López, María José", ["García López, María José"]),
        ("Johnson & Johnson", []),
        ("Khan & Sons Ltd", []),
        ("12 High Street", []),
        ("E Shek, B Xoyy and apologies from Xoan Quispe", ["E Shek", "B Xoyy", "Xoan Quispe"]),
        ("Xoan Quispe, Wendy Prisk", ["Xoan Quispe", "Wendy Prisk"]),
    ],
)
def test_a_cell_of_a_column_of_names_may_hold_several_and_what_is_said_of_them(text: str, found: list[str]) -> None:
    spans = pii.scan(pl.DataFrame({"applicant": [text]})).filter(pl.col("kind") == "name").select("start", "end").rows()
    assert [text[start:end] for start, end in spans] == found


@pytest.mark.parametrize(
    ("column", "text", "kinds"),
    [
        ("note", "Flat 1, L7E 8HE", ["postcode"]),  # a letter that the standard allows and no district has yet
        ("note", "part L7E8HE", []),
        ("postcode", "FA9 8HE", ["postcode"]),
        ("note", "Pay to account 04518747 (09-61-84)", ["account_number", "sort_code"]),
        ("note", "washers 10-15-20 mm", []),
        ("agent", "Mozilla/5.0 (X11; rv:1.9.2.20) Gecko", []),
        ("applicant", "Paul Smith", ["name"]),
        ("note", "aged 40-53-60", []),
        ("note", "Figure 2.3.4.1 and 0.1234567891", []),
        ("note", "premises licence 12345678", []),
        ("note", "AB01 CDE", []),  # an age that no mark has
        ("note", "doses 20-40-60 mg", []),
        ("note", "split as 20-45-61 for now", []),
        ("note", "pay into 20-45-61", ["sort_code"]),
        ("note", "see 5.4.3.2 of the plan", []),
        ("note", "ping 8.8.8.8", ["ip_address"]),
        ("note", "PCN for hackney d576 vsb", ["vehicle_registration"]),
        ("school_notes", "Ffion Beynon (gold)", ["name"]),
        ("address_line_1", "Muriel Hill", []),
        ("keeper", "bronagh o'hare", ["name"]),
        ("manager", "Unit C", []),
        ("note", "ref RZ 83 35 90 B", ["national_insurance"]),
        ("note", "6759225923872645 04/28", ["card"]),
        ("note", "Booking 5071598562637047", []),
        ("note", "Passport C1VPV2794 seen", ["passport"]),
        ("note", "code C1VPV2794 seen", []),
        ("passport_no", "CRHVV2040", ["passport"]),
        ("note", "software licence MT081632", []),
        ("note", "laptop tag no. HM177053", []),
        ("UPRN", "0", []),
        ("car_reg", "bay 13", []),
        ("car_reg", "BAY 13", ["vehicle_registration"]),
        ("value", "61-87-25.", ["sort_code"]),  # a full stop or brackets leave a value alone
        ("value", "(1123456789);", ["utr"]),
        ("value", "s143 wkh,", ["vehicle_registration"]),
        ("value", "5.4.3.2.", []),
        ("value", "EH 85 08 51 Y", []),  # a last letter that is not given out
        ("value", "EH 85 08 51 C", ["national_insurance"]),
        ("note", "SC 20-58-35, AC 50331141", ["sort_code", "account_number"]),
        ("note", "ring 028 9567 7988#123 or (0114) 769-3265 #4", ["phone", "phone"]),
        ("note", "Yusuf Long +61 417 535 560", ["name", "phone"]),
        ("note", "from 2001:db8:715b:f49a::, (2a00:1:2:3::) and 2001:db8::/32", ["ip_address"] * 3),
        ("note", "dead:beef:: and add::move", []),
        ("note", "PPT no 833683963", ["passport"]),
        ("note", "car reg. ABC 123, plate U 496 or VRM abc123", ["vehicle_registration"]),
        ("note", "né Reg: 942 AML", ["vehicle_registration"]),
        ("note", "passport_no=941683445&sort_code=738796", ["passport", "sort_code"]),
        ("note", "1123456789 (UTR)", ["utr"]),
        ("note", "Our ref: JA461679D", ["national_insurance"]),  # as letters of the DWP give it
        ("note", "part ref JA461679D", []),
        ("order_number", "JA461679D", []),
        ("note", "expenses into 738796, account 15154625", ["sort_code", "account_number"]),
        ("note", "order 738796, account 15154625", ["account_number"]),
        ("note", "UPRN 207885418555 3 Bell Lane", ["uprn"]),
        ("note", "Reg 12 MAY, reg. no. 12345678, registration 5 of 10, reg AB12 CDE", ["vehicle_registration"]),
    ],
)
def test_a_form_is_told_by_what_stands_around_it(column: str, text: str, kinds: list[str]) -> None:
    assert pii.scan(pl.DataFrame({column: [text]}))["kind"].to_list() == kinds


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        ("note", '{"accountNumber":"20826485"}', [("account_number", "20826485")]),
        ("note", "U.T.R. 6917157816", [("utr", "6917157816")]),
        (
            "note",
            "both passports seen, LR3141443 and 362495471",
            [("passport", "LR3141443"), ("passport", "362495471")],
        ),
        ("note", "passport AW9 959 673", [("passport", "AW9 959 673")]),
        ("note", "given 22/10/40 as DOB", [("date_of_birth", "22/10/40")]),
        ("note", "Dyddiad geni: 14/09/1969", [("date_of_birth", "14/09/1969")]),
        ("note", "Cod didoli: 602975", [("sort_code", "602975")]),
        ("DoB", "01/03/2009", [("date_of_birth", "01/03/2009")]),
        ("badge", "AA185839", []),
        ("note", "see FOI 4313", []),
        ("note", "VAT reg GB 218 4517 56", []),
        ("note", "culvert at H 12031 92861", []),
        ("note", "moved in on 16th Jan 2023", []),
        ("note", "Child: EZE Yetunde, Year 1", [("name", "EZE Yetunde")]),
        ("note", "Sickness: Keogh, Dr D, stress", [("name", "Keogh, Dr D")]),
        ("note", "Refund to Tadhg (Ciarán) O'Driscoll, please", [("name", "Tadhg (Ciarán) O'Driscoll")]),
        ("note", "PID|1||LIANG^ZIHAO||19501004|F", [("name", "LIANG^ZIHAO"), ("date_of_birth", "19501004")]),
        ("note", "hi its tariq subramaniam my bin is full", [("name", "tariq subramaniam")]),
        ("note", "Jobcentre: nkechi ogbonna, signs thursdays", [("name", "nkechi ogbonna")]),
        ("note", "aneurin bevan university health board", []),
        ("note", "Flat 13, Wellington House, Edith Street", []),
        ("note", "they moved the site to Morrison HQ", []),
        ("note", "CN377923", []),
        ("note", "My reference is WM-112596.", []),
        ("note", "BACS file: 079958,42426853,GBP 2", [("sort_code", "079958"), ("account_number", "42426853")]),
        (
            "note",
            "Iyer, Harpreet | 13/03/1935 | 943 476 5919 | closed",
            [("name", "Iyer, Harpreet"), ("date_of_birth", "13/03/1935"), ("nhs_number", "943 476 5919")],
        ),
        ("note", "last seen | 13/03/2025 | 943 476 5919 | closed", [("nhs_number", "943 476 5919")]),
        ("note", "Silver Astra siw 3271 parked here", [("vehicle_registration", "siw 3271")]),
        ("note", "Reg is DG64DBN.", [("vehicle_registration", "DG64DBN")]),
        ("user_agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", []),
        ("Preferred contact", "Do not contact", []),
        ("note", "Starter form: O.S. Uttley, weekly", [("name", "O.S. Uttley")]),
        ("note", "Our ref CAS-5-GSVC. Dear Mrs ap Rhys, thank you", [("name", "Mrs ap Rhys")]),
        ("note", "Baby Olumide weighed 3.4 kg", [("name", "Olumide")]),
        ("note", "Both Lowri and Morag attend", [("name", "Lowri"), ("name", "Morag")]),
        ("note", "SW Stuart Tranter to arrange", [("name", "Stuart Tranter")]),
        ("note", "Electoral roll: Ó Murchú, Olumide, 3 The Crescent", [("name", "Ó Murchú, Olumide")]),
        ("note", "Sterling Silver", []),
        ("note", "VRM LN19  OKD", [("vehicle_registration", "LN19  OKD")]),
        ("note", "Rejected: vrm=BE15 KDQ", []),
        ("note", "nbz 1358", [("vehicle_registration", "nbz 1358")]),
        ("note", "doz 1358", []),
        ("note", "Registered keeper of KXB 812 moved", [("vehicle_registration", "KXB 812")]),
        ("note", "A/C no 41 208 775, paid", [("account_number", "41 208 775")]),
        ("note", "Title number WM506117, registered", []),
        ("note", "a/c:5249-2625", [("account_number", "5249-2625")]),
        ("note", "Pasbort: 512-397-079.", [("passport", "512-397-079")]),
        ("note", "PP no. 512397079 (UK passport)", [("passport", "512397079")]),
        ("note", "Dyddiad geni: 3 Rhagfyr 2016", [("date_of_birth", "3 Rhagfyr 2016")]),
        ("note", "Licence no. MORG A657 054S M9IJ", [("driving_licence", "MORG A657 054S M9IJ")]),
        ("note", "IP:2001:db8::e0ef, seen at 14:30", [("ip_address", "2001:db8::e0ef")]),
        ("note", "Rhif GIG 943 476 5919", [("nhs_number", "943 476 5919")]),
        ("note", "Lowri Khan,SW9 0TS,2169", [("name", "Lowri Khan"), ("postcode", "SW9 0TS")]),
        (
            "note",
            "(postcode, uprn) VALUES ('LS1 4AP', 100055186742)",
            [("postcode", "LS1 4AP"), ("uprn", "100055186742")],
        ),
        ("note", "order for LS1 4AP, 100055186742", [("postcode", "LS1 4AP")]),
        ("note", "No: 7 Surname: Quorl Given names: Lowri Sex: F", [("name", "Quorl"), ("name", "Lowri")]),
        ("note", "<Person><Surname>QUORL</Surname></Person>", [("name", "QUORL")]),
        ("note", '{"given": ["Quorl"], "version": ["Ada"]}', [("name", "Quorl")]),
        ("note", "id,forename,surname\n7,Lowri,Quorl\n8,blue,9", [("name", "Lowri")]),
        ("note", "row 17: ['Lowri', 'Openshaw', 'x']; ['Leeds', 'York']", [("name", "Lowri"), ("name", "Openshaw")]),
        ("note", "10:00 R v Quorl; 10:30 order for TV", [("name", "Quorl")]),
        ("note", "Lowri: morning\nMorag: did you get it", [("name", "Lowri"), ("name", "Morag")]),
        ("note", "Reg: ky06cbg", [("vehicle_registration", "ky06cbg")]),
        ("note", "16/8/17, 08:47 - Morag: could you ring", [("name", "Morag")]),
        (
            "note",
            "Attendees - Lowri, Morag, Gareth (minutes).",
            [("name", "Lowri"), ("name", "Morag"), ("name", "Gareth")],
        ),
        ("note", "Rota: Mon Morag 07700 900123; Wed cover", [("name", "Morag"), ("phone", "07700 900123")]),
        ("note", "Log - Harriet and Imogen argued again", [("name", "Harriet"), ("name", "Imogen")]),
        ("note", "Card lost - Morag (m@example.com).", [("name", "Morag"), ("email", "m@example.com")]),
        ("note", "Carys Lloyd a Meirion Probert", [("name", "Carys Lloyd"), ("name", "Meirion Probert")]),
        ("note", "victim A R Ab Iorwerth, seen", [("name", "A R Ab Iorwerth")]),
        ("note", "Total, PO ORD5880229.", []),
        ("ppt_no", "592626612", [("passport", "592626612")]),
        ("acct_ref", "690160881", []),
        ("acc", "04288662", [("account_number", "04288662")]),
        ("sc", "112897", [("sort_code", "112897")]),
        ("pat_sn", "Openshaw", [("name", "Openshaw")]),
        ("note", "Could Omar from Housing call back", [("name", "Omar")]),
        ("note", "he was seen and this was taken by Hamza in Revenues", [("name", "Hamza")]),
        ("note", "Pauline and her sister have been off", [("name", "Pauline")]),
        ("note", '{"nhs": 1, "family": "Quorl", "version": "2.6"}', [("name", "Quorl")]),
        ("note", "says her son adebayo was hit by a van, reg oe04", [("name", "adebayo")]),
        ("note", "the complaint by mr. ouyang about noise", [("name", "mr. ouyang")]),
        ("note", "my name is imogen b. ó murchú and i need help", [("name", "imogen b. ó murchú")]),
        ("note", "Name: fergus dhaliwal", [("name", "fergus dhaliwal")]),
    ],
)
def test_what_sets_by_somebody_else_showed(column: str, cell: str, found: list[tuple[str, str]]) -> None:
    told = pii.scan(pl.DataFrame({column: [cell]}))
    assert [(kind, cell[start:end]) for kind, start, end in told.select("kind", "start", "end").iter_rows()] == found


def test_marks_without_a_date_are_found_where_most_cells_are_marks() -> None:
    dated = [f"AB{year} CDE" for year in (*range(10, 30), *range(51, 61))]
    assert pii.scan(pl.DataFrame({"thing": [*dated, "ROX 436", "bay 12", None]})).height == 31
    assert pii.scan(pl.DataFrame({"thing": [*dated, *["ROX 436"] * 30]})).height == 30
