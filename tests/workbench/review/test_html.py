"""The page keeps the rules of WCAG 2.2 AA that can be told from its text, and takes nothing from a branch as markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright

from platform_core.links import Links
from tests.browser.lab import chromium, node_modules
from tests.workbench.review.golden import FOLDER
from tests.workbench.review.hostile import review_of
from tests.workbench.review.test_markdown import ATTACKS
from workbench.review.document import Cell, Table
from workbench.review.html import _row, render_html
from workbench.review.sections import document
from workbench.review.style import STYLE

VOID = {"meta", "br", "hr", "link", "img", "input", "wbr"}


class Reader(HTMLParser):
    """Reads a page into its elements, each with the elements around it, and the text of each."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.text: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.balanced = True
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.balanced &= bool(self.open) and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append((self.open[-1] if self.open else "", data))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]


def page(text: str) -> Reader:
    return Reader(render_html(document(review_of(text), Links())))


@pytest.fixture(scope="module")
def golden() -> Reader:
    """The golden page."""
    return Reader((FOLDER / "review.html").read_text(encoding="utf-8"))


def test_the_page_says_its_language_and_its_title(golden: Reader) -> None:
    assert golden.named("html") == [{"lang": "en-GB"}]
    assert ("title", "Review: main (111111111111) to change (222222222222)") in golden.text
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in golden.named("meta")


def test_there_is_one_of_each_landmark_and_each_is_closed(golden: Reader) -> None:
    for landmark in ("header", "nav", "main", "footer", "h1", "title"):
        assert len(golden.named(landmark)) == 1, landmark
    assert golden.balanced
    assert golden.open == []


def test_headings_step_down_one_level_at_a_time(golden: Reader) -> None:
    levels = [int(name[1]) for name, _, _ in golden.elements if re.fullmatch(r"h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(levels) == 13


def test_every_table_has_a_caption_and_every_header_a_scope(golden: Reader) -> None:
    assert len(golden.named("table")) == len(golden.named("caption")) > 5
    assert {head.get("scope") for head in golden.named("th")} == {"col", "row"}
    rows = sum(name == "tr" for name, _, around in golden.elements if "tbody" in around)
    assert sum(head.get("scope") == "row" for head in golden.named("th")) == rows


def test_what_scrolls_can_be_reached_with_the_keyboard_and_has_a_name(golden: Reader) -> None:
    boxes = [one for one in golden.named("div") if one.get("class") == "scroll"]
    assert len(boxes) == len(golden.named("table"))
    assert all(box["tabindex"] == "0" and box["role"] == "region" and box["aria-label"] for box in boxes)


def test_every_link_inside_the_page_leads_somewhere_and_the_first_skips(golden: Reader) -> None:
    identifiers = [attributes["id"] for _, attributes, _ in golden.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    inside = [link["href"] or "" for link in golden.named("a") if (link["href"] or "").startswith("#")]
    assert inside[0] == "#content"
    assert len(inside) == 13
    assert {one.removeprefix("#") for one in inside} <= set(identifiers)
    for part in golden.named("section"):
        assert part["aria-labelledby"] in identifiers


def test_no_meaning_is_told_by_colour_alone(golden: Reader) -> None:
    coloured = [text for where, text in golden.text if where == "span" and text.strip()]
    assert coloured
    assert all(re.search(r"[^\W\d_]{2,}|[✓✗!]", text) for text in coloured)


def test_the_page_needs_no_script_and_nothing_from_elsewhere(golden: Reader) -> None:
    for unwanted in ("script", "link", "img", "iframe", "form", "style[src]"):
        assert not golden.named(unwanted)
    policy = [one["content"] for one in golden.named("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert not any(name.startswith("on") for _, attributes, _ in golden.elements for name in attributes)
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def luminance(colour: str) -> float:
    """Give the relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


SCHEMES = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", part)) for part in STYLE.split("prefers-color-scheme: dark")[:2]]


@pytest.mark.parametrize("colours", [SCHEMES[0], SCHEMES[1]], ids=["light", "dark"])
def test_every_text_stands_out_in_light_and_dark(colours: dict[str, str]) -> None:
    assert set(colours) == {"page", "text", "soft", "line", "link", "good", "bad", "careful", "focus", "glow"}
    for text in ("text", "link", "good", "bad", "careful"):
        for under in ("page", "soft"):
            assert contrast(colours[text], colours[under]) >= 7, (text, under)
    assert contrast(colours["line"], colours["page"]) >= 3
    assert max(contrast(colours["focus"], colours["page"]), contrast(colours["glow"], colours["page"])) >= 3


def test_no_colour_stands_outside_the_schemes_but_for_focus_and_paper() -> None:
    rules = STYLE.split("* { box-sizing")[1].split("@media print")[0]
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", rules)) == {"#1b1b1b", "#ffdd00"}
    assert contrast("#1b1b1b", "#ffdd00") >= 7
    assert ":focus-visible" in rules
    assert "@media print" in STYLE


def frame(found: Reader) -> list[tuple[str, list[str]]]:
    """Give the elements but links, and places where a long name may break, both of which come with texts."""
    return [(name, sorted(attributes)) for name, attributes, _ in found.elements if name not in ("a", "wbr")]


PLAIN = frame(page("plain"))


@given(st.sampled_from(ATTACKS) | st.text(max_size=40))
def test_no_text_of_a_branch_becomes_markup(text: str) -> None:
    found = page(text + "\"'><script>alert(1)</script><img src=x onerror=y>&")
    assert frame(found) == PLAIN
    assert found.balanced
    assert found.open == []
    for link in found.named("a"):
        assert (link["href"] or "").startswith(("#", "./"))


def test_a_word_that_holds_nowhere_to_break_it_does_not_push_columns_off_the_paper() -> None:
    row = "".join(_row((Cell("rents"), Cell("W" * 60), Cell("x < y")), Table("Assets", ("A", "B", "C"), ())))
    assert f"<td>{'W' * 24}<wbr>{'W' * 24}<wbr>{'W' * 12}</td><td>x &lt; y</td>" in row


def test_the_page_is_read_on_a_phone_and_axe_finds_nothing() -> None:
    axe = (node_modules() / "axe-core/axe.min.js").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 400, "height": 900})
        shown.goto((FOLDER / "review.html").as_uri())
        assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert shown.evaluate("[...document.querySelectorAll('caption')].every(one => one.offsetWidth <= innerWidth)")
        shown.evaluate(axe)
        for scheme in ("light", "dark"):
            shown.emulate_media(color_scheme=scheme)
            assert shown.evaluate("axe.run().then(found => found.violations.map(one => one.id))") == [], scheme
        shown.emulate_media(media="print", color_scheme="light")
        shown.set_viewport_size({"width": 718, "height": 1000})  # A4 within margins of a centimetre
        # No page ends with a heading, or with the head of a table and no row
        breaks = "one => getComputedStyle(one).breakAfter"
        kept = "[...document.querySelectorAll('h2, h2 + p, caption, thead')]"
        assert set(shown.evaluate(f"{kept}.map({breaks})")) == {"avoid"}
        cut_off = "one => one.scrollWidth > one.parentElement.clientWidth && one.caption.textContent"
        assert shown.evaluate(f"[...document.querySelectorAll('table')].map({cut_off}).filter(one => one)") == []
        browser.close()
