"""Markdown for a comment: nothing of a branch becomes markup, and it always fits."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from platform_core.links import Links
from platform_core.values import replace
from tests.workbench.review.hostile import review_of
from workbench.review.document import Cell, Document, Items, Paragraph, Section, Table
from workbench.review.links import links_for
from workbench.review.markdown import LIMIT, MARK, render_markdown
from workbench.review.sections import document
from workbench.review.wording import clean, name

if TYPE_CHECKING:
    from markdown_it.token import Token

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
ATTACKS = [
    "<script>alert(1)</script>",
    "a | b\n| c",
    "`a` ``b`` \\` |",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "@everyone #1 !2 GH-3",
    "https://evil.example www.evil.example a@b.example",
    "</details></summary><img src=x onerror=y>",
    "-->",
    "<!-- x",
    "# heading\n\n- list\n1. one\n> quote\n---\n***",
    "**b** _i_ ~~s~~ $x$ {{ y }} &amp; &#64;me",
    "\u202egnp.exe\u2066 \x0ename\x0f \x00\x07\x1b[31m",
    "\\\\| \\|",
    "[x]: http://evil.example",
    "```\ncode",
    "    indented",
    "1. a",
    "- [x] done",
    "",
    " ",
    "\ud800",
]


def shape(text: str) -> list[str]:
    """Give the elements of a comment in order; a name set as code counts as one, however it is written."""
    return [one for one in _elements(READER.parse(text)) if one not in {"code_inline", "<code>", "</code>"}]


def _elements(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield from _elements(token.children or [])
        elif token.type == "html_inline":
            yield token.content
        elif token.type == "html_block":
            yield from re.findall(r"<!?/?[a-z-]*", token.content)
        elif token.type not in {"text", "text_special"}:
            yield token.type + "".join(key for key in token.attrs if key not in {"href", "style"})


def rendered(text: str) -> str:
    """Give a comment with all its rows, however long the text made it."""
    return render_markdown(document(review_of(text), Links()), limit=10**9)


PLAIN = shape(rendered("plain"))


def without_links(elements: list[str]) -> list[str]:
    """Give the elements but for links: where a path would lead out of the project there is none."""
    return [one for one in elements if not one.startswith("link_")]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_becomes_markup(attack: str) -> None:
    assert without_links(shape(rendered(attack))) == without_links(PLAIN)


@given(st.lists(st.sampled_from(ATTACKS) | st.text(max_size=20), max_size=4).map("".join))
def test_no_text_of_a_branch_becomes_markup(text: str) -> None:
    assert without_links(shape(rendered(text))) == without_links(PLAIN)


@given(st.text(max_size=60))
@example("@everyone")
@example("a@everyone #12 !3")
def test_no_one_is_mentioned_and_no_other_thread_is_named(text: str) -> None:
    outside = re.sub(r"<code>.*?</code>", "", READER.render(rendered(text)), flags=re.DOTALL)
    words = html.unescape(re.sub(r"<[^>]*>", "", outside))
    assert not re.search(r"[@#!]\w", words)


@given(st.text(max_size=60))
def test_every_link_stays_in_the_project(text: str) -> None:
    for address in re.findall(r'href="([^"]*)"', READER.render(rendered(text))):
        assert re.fullmatch(r"\./[A-Za-z0-9._~/%-]+(#L\d+(-L\d+)?)?", address)
        assert "/../" not in address


def test_the_text_itself_can_still_be_read() -> None:
    shown = READER.render(render_markdown(Document("t", (Section("a", "A", (Paragraph("<b> & *c* a_b | d"),)),))))
    assert "&lt;b&gt; &amp; *c* a_b | d" in shown
    shown = READER.render(rendered("a|b`c"))
    assert "<code>a|b`c</code>" in shown


@pytest.mark.parametrize(
    ("times", "text_"), [(1, "plain"), (20, "plain"), (500, "plain"), (1, "`|*<@" * 50), (50, "`|*<@" * 50)]
)
def test_a_comment_always_fits_and_says_what_was_left_out(times: int, text_: str) -> None:
    found = review_of(text_)
    many = replace(
        found, changes=found.changes * times, checklist=found.checklist * times, reasons=found.reasons * times
    )
    text = render_markdown(document(many, Links()))
    assert len(text) <= LIMIT < 65_536
    assert text.startswith(MARK)
    assert text.count("<details>") == text.count("</details>")
    assert ("left out: a comment holds no more. The HTML and the JSON of this review hold all." in text) == (
        len(text_) * times > 100
    )
    assert "How to read this" in text
    assert "Not ready to merge." in text


def test_tables_lists_and_folds_are_written_as_github_reads_them() -> None:
    table = Table("Counts", ("What", "Rows"), ((Cell(name("a")), Cell("1", tone="bad")),), ("Rows",), fold=True)
    found = render_markdown(
        Document("t", (Section("a", "A", (table, Items(("one", "two"), boxes=True), Paragraph("Done.", "good"))),))
    )
    for part in (
        "<summary>Counts</summary>\n\n| What | Rows |\n| --- | ---: |\n| `a` | **❌ 1** |\n\n</details>",
        "- [ ] one\n- [ ] two",
        "**✅ Done.**",
    ):
        assert part in found


@pytest.mark.parametrize(
    ("given_", "environment", "expected"),
    [
        (None, {}, "./src/a.py#L3-L9"),
        ("https://x.example/a/b/blob/c/", {}, "https://x.example/a/b/blob/c/p/src/a.py#L3-L9"),
        ("javascript:alert(1)", {}, "./src/a.py#L3-L9"),
        (
            None,
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b"},
            "https://github.com/a/b/blob/c0ffee/p/src/a.py#L3-L9",
        ),
        (None, {"CI_PROJECT_URL": "https://gitlab.com/a/b"}, "https://gitlab.com/a/b/-/blob/c0ffee/p/src/a.py#L3-9"),
    ],
)
def test_links_lead_to_the_pages_that_ci_tells(given_: str | None, environment: dict[str, str], expected: str) -> None:
    links = links_for(given_, "c0ffee", "p/", environment)
    assert links.to("src/a.py", (3, 9)) == expected
    assert links.to("src/a.py").endswith("src/a.py")
    assert [links.to(path) for path in ("", "/etc/passwd", "a/../../b", ".", "..")] == [""] * 5


def test_the_working_tree_has_no_web_page() -> None:
    environment = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b"}
    assert links_for(None, "", "", environment).to("a") == "./a"


@given(st.text())
def test_what_cannot_be_seen_is_named(text: str) -> None:
    found = clean(text)
    assert found.isprintable()
    assert len(found) <= 9 * 201
    found.encode()
