"""Small charts drawn as SVG text: bars, stacked bars, columns over time, a line, a histogram. No script, no library.

Colours are the tokens of the house as CSS variables, so one drawing serves light and dark. Every mark carries its
figure as a label or a tooltip, and words come in both languages; the page's style sheet shows one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from sanhao.kit.text import Text

WIDTH = 720
_LABEL = 190
_ROW = 34


class Bar(NamedTuple):
    label: Text
    value: float
    shown: Text
    tone: str = "seal"


class Part(NamedTuple):
    name: Text
    value: float
    tone: str


class Point(NamedTuple):
    """*value* None leaves a gap in a line."""

    label: str
    value: float | None
    shown: Text


def same(text: str) -> Text:
    """What reads the same in both languages."""
    return Text(zh=text, en=text)


def short(text: str, size: int) -> str:
    """At most *size* columns wide; a Chinese character counts as two."""
    wide = 0
    for place, char in enumerate(text):
        wide += 2 if ord(char) > 0x2E7F else 1
        if wide > size:
            return text[:place].rstrip() + "…"
    return text


def words(text: Text, size: int | None = None) -> list[tuple[str, str]]:
    """``(language class, escaped text)``: one of both languages, or one for both if they read the same."""
    zh, en = (escape(short(word, size) if size else word) for word in (text.zh, text.en))
    return [("", en)] if text.zh == text.en else [("zh", zh), ("en", en)]


def _text(
    x: float, y: float, text: Text, style: str = "", anchor: str = "start", size: int | None = None
) -> str:
    return "".join(
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{f"{style} {lang}".strip()}">{word}</text>'
        for lang, word in words(text, size)
    )


def _title(text: Text) -> str:
    """An SVG tooltip has one language at most: both, if they differ."""
    both = text.en if text.zh == text.en else f"{text.zh} · {text.en}"
    return f"<title>{escape(both)}</title>"


def _rect(x: float, y: float, width: float, height: float, tone: str, tip: Text, radius: float = 3) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
        f'rx="{radius:g}" class="{tone}">{_title(tip)}</rect>'
    )


def _svg(height: float, title: Text, body: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" class="chart">{_title(title)}{body}</svg>'


def _tip(label: Text, shown: Text) -> Text:
    return Text(zh=f"{label.zh}：{shown.zh}", en=f"{label.en}: {shown.en}")


def bars(title: Text, rows: Sequence[Bar]) -> str:
    """Horizontal bars, each labelled with its figure."""
    top = max((row.value for row in rows), default=0) or 1
    room = WIDTH - _LABEL - 150
    body = ""
    for place, row in enumerate(rows):
        y = place * _ROW
        size = max(room * row.value / top, 2 if row.value else 0)
        body += _text(_LABEL - 12, y + 21, row.label, "label", "end", 21)
        body += _rect(_LABEL, y + 6, size, _ROW - 12, row.tone, _tip(row.label, row.shown))
        body += _text(_LABEL + size + 8, y + 21, row.shown, "figure")
    return _svg(max(len(rows), 1) * _ROW, title, body)


def stacked(title: Text, rows: Sequence[tuple[Text, Sequence[Part]]]) -> str:
    """Horizontal bars of equal length, each divided into its parts; a part names itself where it has the room."""
    room = WIDTH - _LABEL
    body, height = "", 58
    for place, (label, parts) in enumerate(rows):
        y, x = place * height, float(_LABEL)
        body += _text(_LABEL - 12, y + 27, label, "label", "end", 24)
        total = sum(part.value for part in parts) or 1
        for part in parts:
            if not part.value:
                continue
            size = room * part.value / total
            share = same(f"{part.value:,.0f} ({100 * part.value / total:.1f}%)")
            body += _rect(x, y + 8, max(size - 1, 1), 30, part.tone, _tip(part.name, share))
            if size > 120:
                named = Text(zh=f"{part.name.zh} {share.zh}", en=f"{part.name.en} {share.en}")
                body += _text(x + 8, y + 28, named, "inside")
            x += size
        body += _legend(_LABEL, y + 52, [part for part in parts if 0 < room * part.value / total <= 120])
    return _svg(max(len(rows), 1) * height, title, body)


def _legend(x: float, y: float, parts: Sequence[Part]) -> str:
    out = ""
    for part in parts:
        named = Text(zh=f"{part.name.zh} {part.value:,.0f}", en=f"{part.name.en} {part.value:,.0f}")
        out += _rect(x, y - 9, 10, 10, part.tone, named, 2) + _text(x + 15, y, named, "small")
        x += 150
    return out


_PLOT_TOP, _PLOT_FOOT, _PLOT_HEIGHT = 24, 196, 226


def _axis(points: Sequence[Point], step: float) -> str:
    every = max(1, -(-len(points) // 10))
    line = f'<line x1="0" x2="{WIDTH}" y1="{_PLOT_FOOT}" y2="{_PLOT_FOOT}" class="rule"/>'
    return line + "".join(
        _text(_inside((place + 0.5) * step, 28), _PLOT_FOOT + 18, same(point.label), "small", "middle")
        for place, point in enumerate(points) if place % every == 0
    )  # fmt: skip


def columns(title: Text, points: Sequence[Point], tone: str = "seal") -> str:
    """One column per point, from left to right; the highest is labelled, every one has a tooltip."""
    top = max((point.value or 0 for point in points), default=0) or 1
    step = WIDTH / max(len(points), 1)
    body = _axis(points, step)
    highest = max(range(len(points)), key=lambda i: points[i].value or 0, default=0)
    for place, point in enumerate(points):
        value = point.value or 0
        size = (_PLOT_FOOT - _PLOT_TOP) * value / top
        gap = min(3.0, step * 0.15)
        tip = _tip(same(point.label), point.shown)
        body += _rect(place * step + gap, _PLOT_FOOT - size, min(step - 2 * gap, 64), size, tone, tip, 2)
        if value and (place == highest or len(points) <= 8):
            body += _text(
                *_above(place * step + min(step, 64) / 2, _PLOT_FOOT - size), point.shown, "figure", "middle"
            )
    return _svg(_PLOT_HEIGHT, title, body)


def _inside(x: float, half: float) -> float:
    """Where a label that is twice *half* wide may stand without being cut off."""
    return min(max(x, half), WIDTH - half)


def _above(x: float, y: float) -> tuple[float, float]:
    return _inside(x, 50), y - 7


def line(title: Text, points: Sequence[Point], tone: str = "indigo") -> str:
    """One line over time; the highest and the last point are labelled, every one has a tooltip."""
    top = max((point.value or 0 for point in points), default=0) or 1
    step = WIDTH / max(len(points), 1)
    spots = [
        ((place + 0.5) * step, _PLOT_FOOT - (_PLOT_FOOT - _PLOT_TOP) * point.value / top, point)
        for place, point in enumerate(points) if point.value is not None
    ]  # fmt: skip
    path = " ".join(f"{'L' if place else 'M'}{x:.1f} {y:.1f}" for place, (x, y, _) in enumerate(spots))
    body = _axis(points, step) + (f'<path d="{path}" class="stroke-{tone}"/>' if spots else "")
    named = {spots.index(max(spots, key=lambda spot: -spot[1])), len(spots) - 1} if spots else set()
    for place, (x, y, point) in enumerate(spots):
        tip = _title(_tip(same(point.label), point.shown))
        body += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" class="{tone}">{tip}</circle>'
        if place in named:
            falls = place > 0 and spots[place - 1][1] < y - 20  # then the line itself is above
            body += _text(_inside(x, 24), y + 18 if falls else y - 9, point.shown, "figure", "middle")
    return _svg(_PLOT_HEIGHT, title, body)


def histogram(title: Text, groups: Sequence[Bar]) -> str:
    """Columns side by side, each with its count above and its range below."""
    top = max((group.value for group in groups), default=0) or 1
    step = WIDTH / max(len(groups), 1)
    body = f'<line x1="0" x2="{WIDTH}" y1="{_PLOT_FOOT}" y2="{_PLOT_FOOT}" class="rule"/>'
    for place, group in enumerate(groups):
        size, middle = (_PLOT_FOOT - _PLOT_TOP) * group.value / top, (place + 0.5) * step
        body += _rect(
            place * step + 3, _PLOT_FOOT - size, step - 6, size, group.tone, _tip(group.label, group.shown)
        )
        body += _text(middle, _PLOT_FOOT - size - 7, group.shown, "figure", "middle")
        body += _text(middle, _PLOT_FOOT + 18, group.label, "small", "middle")
    return _svg(_PLOT_HEIGHT, title, body)
