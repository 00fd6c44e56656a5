"""Words that are names, and those that are none: what each may be in a run of words, as a letter."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import polars as pl

_TITLES = "lord lady mr mrs ms miss misses mx dr prof professor sir dame rev revd reverend cllr councillor fr capt captain sgt judge hon master baroness ald alderman canon archdeacon viscount viscountess rabbi pc lt col maj messrs mme cllrs councillors drs profs pastor imam eur sqn rt"
PARTICLES = "van de der den la las los le von al el bin bint ibn ben da dos das do du di del della ap ab ferch y ter ten zu af san"
_ALSO_FAMILIES = (
    "green wood woods hall hill hills moore wells marsh dale banks mills day law field fields lock moss forest peak"
)
# Words of places, buildings and points of the compass that some families are called by: Emily Church, Karen West
_PLACE_FAMILIES = (
    "church fountain towers park street stone ward lane temple bridge castle lake tower west north cross gate glass grove head"
    " heath ridge vale forge meadows lodge cliff bay beach steel"
)
# What a person is beside a name: `Nurse Bill Woods`
_ROLES = (
    "nurse applicant tenant neighbour officer inspector sergeant constable engineer proprietor chairman chairwoman chairperson secretary treasurer daughter son mother father sister brother"
    " uncle aunt patient client doctor teacher driver pupil student witness agent owner landlord carer complainant objector surveyor architect planner colonel warden major corporal private"
    " baby child infant toddler detective superintendent midwife claimant defendant resident occupier caretaker headteacher partner solicitor barrister magistrate coroner clerk"
)
# What a sentence may begin with before somebody who is spoken to or of: `So Ileana, tell me`
_OPENERS = "saw present its both so well ta ok okay sorry thanks cheers yes yeah no congratulations congrats bye goodbye welcome our my his her their little young because when if while since although but please listen look now right contact call ring phone email ask tell would could can did does has was were"
# What names of several languages begin or end with, and everyday words end with; what stands on a list is on it
_BOTH_LIKE = r"(?:^(?:oluwa|olu[bdfjkmsty]|ade[bdjklmorstwy]|chukwu|chine|chidi|onye|nwa[bcdknz]|ogun|oye[bdlkn]|akin[bdflnorstwy]|abd[eu]l[a-z])|[a-z]{2}(?:preet|jeet|[jwptvhr]inder|deep|uddin|ullah|lakshmi|krishnan|swamy|murthy)$)"
_WORD_LIKE = r"[a-z]{2}(?:[ts]ions?|ments?|ness|ness?es|[bcdgilrtv]ity|ology|ologists?|ical|ically|i[sz](?:ed|ing|es?)|ularly|fully)$"
_MAYBE_WORD_LIKE = r"(?:[a-z]{2}ings?|[a-z]{2}[ai]bl[ey]|[a-z]{2}(?:[bcdfghklnpst]|[aeiou]r|rr|mm|[^aeilm]m|[^e]t|ow|iv|uc|as|os|us)ed)$"
_FAMILY_LIKE = r"(?:^mac[a-z]{4,}|^o'[a-z]{3,}|^fitz[a-z]{3,}|(?:ski|ska|cki|cka|wicz|czyk|ovic|evic|escu|enko|opoulos|oglu|sson|dottir|shvili|yev|eyev|poulou|dze|singh|czak|czuk|niak|owicz|chuk|auskas|vicius|kiene|akis|oulou|iadis|oulides|onides|[^aeiou]iou)$)"

_SYLLABLE = "(?:ah?|bin|bo|chae|chan|chul|da|do|dong|eun|gi|go|gyu|ha|hae|han|hee|ho|hoon|hun|hye|hyo|hyuk|hyun|in|jae|jeong|ji|jin|jong|joo|joon|ju|jun|jung|ki|kwang|kyu|kyung|mi|min|mun|myung|na|na[mn]|ra[en]?|ri|ro[nk]?|sang|seo|seok|seon|seong|seung|si|so|sol|soo|su|suk|sun|sung|tae|un|won|woo|ye|yeon|yeong|yong|yoo|yoon|young|yu|yun)"
_KOREAN = rf"^{_SYLLABLE}-{_SYLLABLE}$"
# Given names of Hong Kong and of Mandarin: `Wai-hing`, `Xiao-ling`
_BEGUN_BY = "(?:ng|[bcdfghjklmnpqrstwxyz]|ch|sh|zh|ts|kw|gw|ks|hs)?"
_ENDED_BY = "(?:a|ai|ak|am|an|ang|ao|ap|at|au|e|ee|ei|eng|en|eong|eung|eun|i|ia|ian|iang|iao|ie|ik|im|in|ing|iong|ip|it|iu|o|oi|ok|on|ong|oo|or|ou|oy|u|ua|uan|ue|uen|uet|ui|uk|un|ung|uo|ut|ying)"
_CHINESE = rf"^{_BEGUN_BY}{_ENDED_BY}-{_BEGUN_BY}{_ENDED_BY}$"
_SCOTTISH = r"^M(?:a?c)\p{Lu}"

# Letters: T title, H greeting, I initial, J initials with dots, P particle, Q particle of Irish, S saint, X place or organisation, L any other word, R what somebody is, U
# unknown, O a word that sentences open with, K two capitals, W unknown and ending as everyday words do, Y a place that families are called by; N initials and family name in
# one; given and family names as G A F V B C D E below. Small: a comma follows.
_LETTERS = {
    (0, 0): "U",
    (2, 0): "G",
    (1, 0): "A",
    (0, 2): "F",
    (0, 1): "V",
    (2, 2): "B",
    (2, 1): "C",
    (1, 2): "D",
    (1, 1): "E",
}


@lru_cache(1)
def lists() -> tuple[Mapping[str, str], frozenset[str]]:
    """Give the letters of words, and those of them that are also a name; read when the first text with capitals comes."""
    given, family = (
        dict.fromkeys(sure.split(), 2) | dict.fromkeys(common.split(), 1)
        for sure, common in (_parts("given.txt"), _parts("family.txt"))
    )
    called = given | family
    places, others = (part.split() for part in _parts("words.txt"))
    letters = dict.fromkeys(others, "L") | dict.fromkeys(places, "X")
    for word in called:
        a, b = given.get(word, 0), family.get(word, 0)
        if word not in letters or (letters[word] == "L" and max(a, b) == 2):
            letters[word] = _LETTERS[a, b]
    # Words of places that many people are called by too
    letters |= dict.fromkeys(_ALSO_FAMILIES.split(), "V") | dict.fromkeys(_PLACE_FAMILIES.split(), "Y")
    letters |= dict.fromkeys(
        ("april", "june", "august", "will", "grace", "bill", "christian", "comfort", "blessing", "precious"), "A"
    ) | dict.fromkeys(("may", "rose", "hope", "dale"), "E")
    letters |= {"king": "V", "keynes": "X", "mount": "X", "i'm": "O", "pt": "R"}
    # Behind a firm's name two capitals are none of a person: `Morrison HQ`
    letters |= dict.fromkeys(("hq", "gb", "hr", "pr", "eu", "tv", "uk"), "X")
    letters |= dict.fromkeys((role for role in _ROLES.split() if letters.get(role) == "L"), "R")
    letters |= dict.fromkeys(PARTICLES.split(), "P") | dict.fromkeys(_TITLES.split(), "T") | {"st": "S", "saint": "S"}
    letters |= dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "I")
    letters |= dict.fromkeys(("dear", "hi", "hello", "hey", "annwyl", "diolch"), "H")
    letters |= dict.fromkeys((word for word in _OPENERS.split() if letters.get(word, "L") == "L"), "O")
    return letters, frozenset(called)


@lru_cache(1)
def plain_words() -> frozenset[str]:
    """Give the words of places and of everyday speech, those too that somebody is called by."""
    return frozenset(word for part in _parts("words.txt") for word in part.split())


@lru_cache(1)
def called_alike() -> frozenset[str]:
    """Give the organisations and places, in small letters, that are called as a person might be."""
    return frozenset(line for part in _parts("called_alike.txt") for line in part.splitlines() if line)


def _parts(name: str) -> list[str]:
    text = (files("platform_core.governance.pii") / name).read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("#")).split("---")


def fold(text: pl.Expr) -> pl.Expr:
    """Give texts in small letters without accents."""
    return (
        text.str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.to_lowercase()
        .str.replace_many(["ł", "ø", "\u0131", "đ", "æ", "ß"], ["l", "o", "i", "d", "ae", "ss"])
    )


def letters_of(words: pl.Series) -> pl.Series:
    """Give the letters of words that stand on no list as they are written: initials, double names, foreign endings."""
    simple = words.str.contains("^[A-Za-z]+$")
    letters = pl.Series("letter", [None], dtype=pl.String).new_from_index(0, len(words))
    whole, parts = words.filter(simple), words.filter(~simple)
    letters = letters.scatter(simple.arg_true(), _of_whole(whole)) if len(whole) else letters
    return letters.scatter((~simple).arg_true(), _of_parts(parts)) if len(parts) else letters


def _of_whole(words: pl.Series) -> pl.Series:
    """Give the letters of words of nothing but A to Z, which on no list can only be told by their form."""
    word = pl.col("word")
    small = word.str.to_lowercase()
    letter = (
        pl.when(word.str.len_bytes() == 1).then(pl.lit("I"))
        .when(word.str.contains("^[A-Z]{2}$")).then(pl.lit("K"))
        .when(small.str.contains(_FAMILY_LIKE) | word.str.contains(_SCOTTISH)).then(pl.lit("F"))
        .when(small.str.contains(_BOTH_LIKE)).then(pl.lit("B"))
        .when(small.str.contains(_WORD_LIKE)).then(pl.lit("L"))
        .when(small.str.contains(_MAYBE_WORD_LIKE)).then(pl.lit("W"))
        .otherwise(pl.lit("U"))
    )  # fmt: skip
    return words.to_frame("word").select(letter).to_series()


def _of_parts(words: pl.Series) -> pl.Series:
    frame = words.to_frame("word").with_columns(plain=fold(pl.col("word")))
    plain, letters = pl.col("plain"), lists()[0]
    # Of a double name the parts are looked up, the last first
    # They are few: a dictionary that stands costs less than one made of the lists for each column
    frame = frame.with_columns(
        known=plain.str.strip_chars("."),
        tail=plain.str.extract(r"([^\-']+)$", 1),
        head=plain.str.extract(r"^([^\-]+)-", 1),
    )
    frame = frame.with_columns(
        pl.Series(name, [letters.get(word, default) for word in frame[name]], dtype=pl.String)
        for name, default in (("known", None), ("tail", "U"), ("head", "U"))
    )
    known, tail, head = pl.col("known"), pl.col("tail"), pl.col("head")
    named, called = "[FVBCDE]", "[GABC]"
    word = pl.col("word")
    double = (
        pl.when(plain.str.contains("^(?:al|el|ul|ad)-")).then(pl.lit("F"))
        .when(plain.str.contains(_KOREAN)).then(pl.lit("G"))
        .when(plain.str.contains(_CHINESE) & word.str.contains(r"^\p{Lu}\p{Ll}+-\p{L}\p{Ll}+$")).then(pl.lit("G"))
        .when(plain.str.contains("^[a-z]+-in-law$")).then(pl.lit("R"))
        .when(head.str.contains("[GC]") & tail.str.contains("[EA]")).then(pl.lit("G"))
        .when(head.is_in(["B", "C"]) & tail.is_in(["B", "C"])).then(pl.lit("B"))
        .when(head.str.contains(called) & tail.str.contains(called)).then(pl.lit("G"))
        .when(head.str.contains(named) | tail.str.contains(named)).then(pl.lit("F"))
        .when(head.str.contains(called)).then(pl.lit("G"))
        .otherwise(pl.lit("U"))
    )  # fmt: skip
    letter = (
        pl.when(word.str.contains(r"^(?:\p{Lu}\.){1,4}\p{Lu}\p{L}")).then(pl.lit("N"))
        .when(word.str.contains(r"^(?:\p{Lu}\.)+$")).then(pl.lit("J"))
        .when(word == "Ó").then(pl.lit("Q"))
        .when(word.str.contains(r"^\p{Lu}$")).then(pl.lit("I"))
        .when(plain.is_in(["ni", "nic", "ui"]) & ~word.is_in(["ni", "NI", "Ni"])).then(pl.lit("Q"))
        .when(known.is_not_null()).then(known)
        .when(plain.str.contains(_FAMILY_LIKE) | word.str.contains(_SCOTTISH)).then(pl.lit("F"))
        .when(plain.str.contains("-", literal=True)).then(double)
        .when(plain.str.contains("^[dl]'")).then(pl.lit("F"))
        .otherwise(pl.lit("U"))
    )  # fmt: skip
    return frame.select(letter.alias("letter")).to_series()


@lru_cache(1)
def mapping() -> tuple[pl.Series, pl.Series]:
    """Give the words on the lists and their letters as columns."""
    return pl.Series(list(lists()[0])), pl.Series(list(lists()[0].values()))
