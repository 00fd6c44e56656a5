"""The report's page: accessible, self-contained, and safe with hostile text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from workbench.report_page import _STYLE, AssetLine, Chart, Page, render_page

VOID = {"meta", "img", "br", "hr", "link", "input"}
URI = "data:image/png;base64,AAAA"


class Reader(HTMLParser):
    """Reads a page into its tags, its text and whether every element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.balanced = True
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.balanced &= bool(self.open) and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def asset(text: str = "issues", *, charts: int = 1) -> AssetLine:
    """Make an asset whose every text is the one given."""
    return AssetLine(
        name=text,
        layer=text,
        description=text,
        notebook=text,
        made=True,
        rows=1234,
        partitions=2,
        seconds=0.5,
        checks=((text, "", True), (text, text, False)),
        verdict=text,
        charts=tuple(Chart(text, text, URI) for _ in range(charts)),
    )


def test_the_page_tells_the_numbers_and_the_verdicts() -> None:
    text = " ".join(Reader(render_page(Page("Letting", (asset(),)))).text)
    for part in ("1 asset made of 1, holding 1,234 rows; 1 of 2 checks passed.", "1 of 2", "Failed", "0.50"):
        assert part in text


def test_a_check_of_partitions_is_one_line_that_names_those_that_failed() -> None:
    checks = (("good", "2023", True), ("good", "2024", True), ("bad", "2023", False), ("bad", "2024", True))
    line = AssetLine("a", "bronze", "", "", True, 1, 2, 0.0, checks, "")
    text = " ".join(Reader(render_page(Page("Letting", (line,)))).text)
    assert "good" in text.split()
    assert "bad for 1 of 2 partitions: 2023" in text


def test_a_page_without_checks_and_charts_says_so() -> None:
    bare = AssetLine("a", "gold", "", "", made=False, rows=None, partitions=None, seconds=0.0, checks=(), verdict="")
    text = " ".join(Reader(render_page(Page("Letting", (bare,)))).text)
    for part in ("not made", "written by hand", "No asset was checked.", "No asset draws a chart.", "0 of 0"):
        assert part in text


def test_the_page_can_be_read_with_a_screen_reader() -> None:
    page = Reader(render_page(Page("Letting", (asset(charts=2),))))
    assert page.named("html") == [{"lang": "en-GB"}]
    for landmark in ("header", "nav", "main", "footer", "h1", "title"):
        assert len(page.named(landmark)) == 1, landmark
    assert len(page.named("table")) == len(page.named("caption")) == 3
    assert all(head.get("scope") in {"col", "row"} for head in page.named("th"))
    assert [image["alt"] for image in page.named("img")] == ["issues", "issues"]
    identifiers = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    for link in page.named("a"):
        assert (link["href"] or "").removeprefix("#") in identifiers


def test_the_page_needs_no_script_and_nothing_from_elsewhere() -> None:
    page = Reader(render_page(Page("Letting", (asset(),))))
    assert not page.named("script")
    assert not page.named("link")
    assert all((image["src"] or "").startswith("data:image/") for image in page.named("img"))
    assert "url(" not in _STYLE
    assert "import" not in _STYLE


def luminance(colour: str) -> float:
    """Give the relative luminance of WCAG 2."""
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_text_stands_out_from_the_background() -> None:
    colours = re.findall(r"[ {;]color: #([0-9a-f]{3,6})", _STYLE)
    assert len(colours) >= 4
    for colour in colours:
        assert 1.05 / (luminance(colour) + 0.05) >= 7, colour


@given(st.text(max_size=40))
def test_no_text_becomes_markup(text: str) -> None:
    plain = Reader(render_page(Page("Letting", (asset(),))))
    hostile = Reader(
        render_page(Page("Letting", (asset(text + "\"'><script>alert(1)</script><img src=x onerror=y>&"),)))
    )
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert [sorted(attributes) for _, attributes in hostile.tags] == [
        sorted(attributes) for _, attributes in plain.tags
    ]
    assert hostile.balanced
    assert hostile.open == []
