"""The report: one file that opens offline, in both languages, whatever the cells hold."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sanhao.kit.text import Text
from sanhao.lab.replay.charts import Bar, Part, Point, bars, columns, histogram, line, same, short, stacked
from tests.lab.conftest import Replayed

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=y>&amp;</title></style>"
MAPPING = """
[file]
currency = "CNY"
[columns]
order_id = "o"
shop = "s"
ship_by = "b"
promised_at = "p"
delivered_at = "d"
freight = "f"
"""
_VOID = {"meta", "input", "br", "img", "rect", "line", "circle", "path"}


class Page(HTMLParser):
    """Well-formed, or an assertion fails; collects tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID or tag == "rect" or tag == "circle":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def history(tmp_path: Path, rows: list[str]) -> tuple[Path, Path]:
    (tmp_path / "m.toml").write_text(MAPPING)
    path = tmp_path / "h.csv"
    path.write_text("o,s,b,p,d,f\n" + "".join(row + "\n" for row in rows), encoding="utf-8")
    return path, tmp_path / "m.toml"


def test_the_report_needs_nothing_but_itself_and_no_cell_becomes_markup(
    tmp_path: Path, replayed: Replayed
) -> None:
    quoted = '"' + EVIL.replace('"', '""') + '"'
    rows = [f"{n},{quoted},2026-03-02,2026-03-05,2026-03-{6 + n:02},3.5" for n in range(1, 6)]
    path, mapping = history(tmp_path, [*rows, f"9,{quoted},,2026-04-05,,4"])
    hostile = path.rename(tmp_path / "a<b>&'\".csv")
    replayed(hostile, mapping, "late_delivery,non_delivery", report=True)
    text = replayed.report.read_text("utf-8")
    page = Page(text)
    assert EVIL not in text and "<script" not in text and "<img" not in text
    assert "<script>alert(1)" in page.text and "a<b>&'\".csv" in page.text
    names = {name for _, attributes in page.tags for name in attributes}
    assert not names & {"src", "href", "action", "xlink:href", "onerror", "onload", "onclick", "style"}
    assert not re.search(r"https?:|//[a-z]|url\(|@import", text)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "img", "foreignobject"}


def test_the_report_shows_cost_coverage_who_pays_and_lateness_in_both_languages(
    tmp_path: Path, replayed: Replayed
) -> None:
    rows = [
        f"{n},shop {n % 3},2026-03-02,2026-0{1 + n % 4}-05,2026-0{1 + n % 4}-{4 + n % 9:02},3.5"
        for n in range(1, 60)
    ]
    summary = replayed(*history(tmp_path, rows), report=True)
    page = Page(replayed.report.read_text("utf-8"))
    for words in ("Coverage", "Cost", "Who pays", "Share broken", "Days late", "By month",
                  "覆盖", "花费", "谁来承担", "每月没做到的比例", "晚了几天", "按月", "晚到退运费"):  # fmt: skip
        assert words in page.text
    assert sum(tag == "svg" for tag, _ in page.tags) == 5
    languages = [attributes["lang"] for _, attributes in page.tags if "lang" in attributes][1:]
    assert languages.count("en") == languages.count("zh-Hans") > 40
    tally = summary.tallies["late_delivery"]
    assert f"{tally.broken.count:,}" in page.text and tally.broken.amounts[0].format() in page.text


@pytest.mark.parametrize(
    "rows",
    [
        [], ["1,x,,,,3"], ["1,x,,2026-03-05,,see mail"], ["1,x,,1970-03-05,1970-03-06,3", "2,x,,2199-03-05,,3"],
        [f"{n},shop {n},,2026-03-05,,{n}" for n in range(1, 40)], ["1,x,,2026-03-05,2026-03-04,3"], ["1,x,,2099-03-05,,3"],
    ],
)  # fmt: skip
def test_a_report_can_be_made_of_any_history(tmp_path: Path, replayed: Replayed, rows: list[str]) -> None:
    replayed(
        *history(tmp_path, rows),
        "late_delivery,non_delivery,late_shipment",
        as_of=datetime(2026, 6, 1, tzinfo=UTC),
        report=True,
    )
    text = replayed.report.read_text("utf-8")
    assert Page(text).text and "nan" not in text.lower().replace("finance", "")
    assert len(text) < 200_000


def test_charts_label_what_they_draw() -> None:
    name = Text(zh="承运人", en="the <carrier>")
    drawn = bars(same("t"), [Bar(name, 3, same("¥3")), Bar(name, 0, same("0"))])
    assert "the &lt;carrier&gt;" in drawn and ">¥3<" in drawn and drawn.count("<rect") == 2
    assert drawn.count("承运人") == 4  # a label and a tooltip for each
    assert (
        stacked(
            same("t"), [(name, [Part(name, 1, "jade"), Part(name, 0, "seal"), Part(name, 999, "stone")])]
        ).count("<rect")
        == 3
    )
    points = [
        Point("2026-01", 2, same("2%")),
        Point("2026-02", None, same("–")),
        Point("2026-03", 8, same("8%")),
    ]
    assert line(same("t"), points).count("<circle") == 2 and "8%" in line(same("t"), points)
    assert columns(same("t"), points).count("<rect") == 3
    assert histogram(same("t"), [Bar(name, 2, same("2"))]).count("<rect") == 1


def test_charts_of_nothing_are_still_pictures() -> None:
    for drawn in (
        bars(same("t"), []),
        stacked(same("t"), []),
        columns(same("t"), []),
        line(same("t"), []),
        histogram(same("t"), []),
    ):
        assert drawn.startswith("<svg") and drawn.endswith("</svg>")


def test_long_names_are_cut_where_two_columns_make_a_chinese_character() -> None:
    assert short("abcdef", 6) == "abcdef"
    assert short("abcdefg", 6) == "abcdef…"
    assert short("三好三好", 6) == "三好三…"
