"""Names for the steps that are proposed: from the variable, the heading above the cell, or the file that is read."""

from __future__ import annotations

import re
from collections.abc import Container

from promote.model import Notebook
from promote.selection.tags import name_problem

_GENERIC = frozenset(
    """a b d x y z dd df dfs ds dat data dataset data_frame dataframe frame input out raw raw_df rel res result results
    tbl table temp tmp test train final new clean cleaned merged grouped joined summary df_clean clean_df df_new new_df
    raw_data data_raw df_raw""".split()
)
_EMPTY_WORDS = frozenset(
    """a about activity an analyse analysis analyze and appendix as at basic by calculate can check clean cleaning
    compute create customize data dataframe dataset declare define defining demo df do eda example examples exercise
    exploration exploratory explore exploring export extract fetch file files final first for from get how
    illustration import importing imports in into introduction is it let lets load loading look make next notebook
    now objective of on our out overview part phase plot plots plotting preparation prepare preprocessing problem
    process processing question read reading result results save section set setup show solution step the then this
    to transform up us using visualisation visualise visualization visualize we what why with write your""".split()
)
_MOST_WORDS = 5
_JOINING = frozenset(("by", "of", "per", "and", "in", "to", "with", "from", "for"))
HEADING = re.compile(r"\s{0,3}#{1,6}\s+\S")
_QUERY = re.compile(r"\s*(?:select|with)\s", re.IGNORECASE)
_TABLE = re.compile(r"\bfrom\s+[\"\[`]?([\w.]+)", re.IGNORECASE)
_FRAME_AFFIX = re.compile(r"^(?:df|tbl|lf)_|_(?:df|dataframe|tbl|lf|data)$")


def snake(text: str) -> str:
    """Give a text as words in lower case with underscores between, letters and digits of ASCII only.

    >>> snake("RentsByTown"), snake("3. Rents -- by town!"), snake("Löhne, große")
    ('rents_by_town', '3_rents_by_town', 'lohne_grosse')
    """
    if not text.isascii():
        import unicodedata  # noqa: PLC0415 - few names need it

        parts = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
        text = "".join(letter for letter in parts if not unicodedata.combining(letter))
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def from_variable(variable: str) -> str:
    """Give a name for a step that gives this variable, empty where the variable says nothing.

    >>> from_variable("rents_by_town"), from_variable("df_rents"), from_variable("df"), from_variable("dearTowns")
    ('rents_by_town', 'rents', '', 'dear_towns')
    """
    if not variable.isascii():
        return ""
    whole = snake(variable)
    if whole in _GENERIC or re.fullmatch(r"(?:df|d|data|temp|tmp|res|result)_?\d*", whole):
        return ""
    short = _FRAME_AFFIX.sub("", whole)
    if short != whole and (len(short) <= 2 or short in _GENERIC):
        return ""
    return short if len(short) > 2 and usable(short) else ""


def words_of(heading: str) -> str:
    """Give a heading's words, without marks of Markdown and HTML and without its number.

    >>> words_of("## 3.1 Rents *by* `town`:")
    'Rents by town'
    >>> words_of("# 2019/2021 lists"), words_of("# 2021 census"), words_of("## Step 2: Rents")
    ('2019/2021 lists', '2021 census', 'Rents')
    """
    plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    plain = re.sub(r"<[^>]*>|#|(?<!\w)_+|_+(?!\w)", " ", re.sub(r"[*`]", "", plain))
    plain = re.sub(r"^\s*(?:Step\s+)?(?:(?:\d{1,3}[.):])*(?:\d{1,3}(?=\s|[.):]))?[.):]*|[IVX]+[.):])\s*", "", plain)
    return " ".join(plain.split()).rstrip(": ")


def from_heading(heading: str) -> str:
    """Give a name made of a heading, empty where the heading says nothing of the data.

    >>> from_heading("## 3.1 Rents by town"), from_heading("# Load the data"), from_heading("What's up with the towns?")
    ('rents_by_town', '', 'towns')
    """
    plain = re.sub(r"['\u2019](?=s\b|re\b|ll\b|t\b)\w+", "", words_of(re.sub(r"\([^)]*\)", " ", heading)))
    words = [word for word in snake(plain).split("_") if word]
    while words and (words[0] in _EMPTY_WORDS or words[0].isdigit()):
        words.pop(0)
    if len(words) > _MOST_WORDS:
        return ""  # a sentence, and what is left of it after five words says something else
    while words and words[-1] in _EMPTY_WORDS | _JOINING:
        words.pop()
    telling = [word for word in words if word not in _EMPTY_WORDS and len(word) > 1]
    name = "_".join(words)
    return name if telling and len(name) > 2 and usable(name) else ""


def headings(notebook: Notebook, position: int) -> tuple[str, str]:
    """Give names made of the nearest heading above a cell and of the notebook's title, empty where they say nothing.

    A title under which other headings stand says nothing of one cell.
    """
    above: list[str] = []
    parted = False
    for number, cell in enumerate(notebook.cells, 1):
        if cell.kind == "markdown":
            found = [line.strip() for line in cell.source.split("\n") if HEADING.match(line)]
            parted = parted or bool(found and above) or len(found) > 1
            above += found if number < position else []
    title = from_heading(above[0]) if above and above[0].startswith("# ") else ""
    if parted and len(above) == 1 and above[0].startswith("# "):
        return "", title
    return (from_heading(above[-1]) if above else ""), title


def from_path(path: str) -> str:
    """Give a name made of the file that is read, or of the table that a query asks.

    >>> from_path("../data/Rents 2024.csv"), from_path("https://a.b/x/towns.csv.gz?raw=true"), from_path("data.csv")
    ('rents_2024', 'towns', '')
    >>> from_path("SELECT * FROM housing.rents WHERE year > 2020 LIMIT 3")
    'rents'
    """
    if _QUERY.match(path):
        table = _TABLE.search(path)
        path = table[1].rpartition(".")[2] if table else ""
    last = re.split(r"[/\\\\]", re.split(r"[?#]", path)[0])[-1]
    name = snake(last.split(".")[0])
    return name if name not in _GENERIC and len(name) > 2 and usable(name) else ""


def without_ending(name: str) -> str:
    """Give the name of a step without what tells it from the step before.

    >>> without_ending("rents_source"), without_ending("rents_prepared_2"), without_ending("rents_2024")
    ('rents', 'rents', 'rents_2024')
    """
    return re.sub(r"_(?:source|prepared)(?:_\d+)?$", "", name)


def usable(name: str) -> bool:
    """Tell whether a step can have the name."""
    return name_problem(name) is None


def free(name: str, taken: Container[str]) -> str:
    """Give the name, with a number behind it where another has it.

    >>> free("rents", ["rents", "rents_2"])
    'rents_3'
    """
    number, made = 1, name
    while made in taken:
        number += 1
        made = f"{name[:58].rstrip('_')}_{number}"
    return made
