"""Charts drawn on the server: SVG for the shapes, HTML for the words, so that letters never stretch and colours follow
the theme. Labels stand beside what they name. Lines and columns carry their numbers as a table too."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sanhao.faces.ui.cards import Bar, Series


def _figure(title: str, body: SafeString, aside: str | SafeString = "") -> SafeString:
    caption = format_html("<figcaption>{}{}</figcaption>", title, aside) if title or aside else ""
    return format_html('<figure class="chart">{}{}</figure>', caption, body)


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _key(entries: Sequence[Bar | Series]) -> SafeString:
    return format_html('<div class="chart__key">{}</div>', format_html_join("", (
        '<span><svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><rect class="f{}" width="12" height="12" rx="3"/></svg>'
        "{} <b>{}</b></span>"
    ), ((entry.tone, entry.label, entry.shown) for entry in entries)))  # fmt: skip


def bars(rows: Sequence[Bar], title: str = "") -> SafeString:
    """Horizontal bars, longest value = full width, each with its label and value."""
    top = max((row.value for row in rows), default=0) or 1
    drawn = format_html_join("", (
        '<dt>{}</dt><dd><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="f0" width="100" height="10" opacity=".45"/><rect class="f{}" width="{}" height="10"/></svg><b>{}</b></dd>'
    ), ((row.label, row.tone, f"{100 * row.value / top:.2f}", row.shown or _number(row.value)) for row in rows))  # fmt: skip
    return _figure(title, format_html('<dl class="bars">{}</dl>', drawn))


def stacked(parts: Sequence[Bar], title: str = "") -> SafeString:
    """One whole cut into parts, as a single wide bar with its key."""
    whole = sum(part.value for part in parts) or 1
    at, drawn = 0.0, []
    for part in parts:
        share = 100 * part.value / whole
        drawn.append((part.tone, f"{at:.2f}", f"{max(share - 0.4, 0):.2f}"))
        at += share
    rects = format_html_join("", '<rect class="f{}" x="{}" width="{}" height="10"/>', drawn)
    said = ", ".join(f"{part.label} {part.shown or _number(part.value)}" for part in parts)
    body = format_html(
        '<svg class="chart__plot chart__plot--bar" viewBox="0 0 100 10" height="22" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>{}',
        said, rects, _key(parts),
    )  # fmt: skip
    return _figure(title, body)


def _table(labels: Sequence[str], series: Sequence[Series]) -> SafeString:
    head = format_html_join("", '<th scope="col" class="num">{}</th>', ((one.label,) for one in series))
    rows = format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', (
        (label, format_html_join("", '<td class="num">{}</td>', ((_number(one.values[i]),) for one in series)))
        for i, label in enumerate(labels)
    ))  # fmt: skip
    return format_html(
        '<details><summary>{}</summary><div class="table-scroll" tabindex="0" role="group" aria-label="{}"><table class="table"><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></div></details>',
        _("As a table"), _("As a table"), head, rows,
    )  # fmt: skip


def _ticks(labels: Sequence[str]) -> SafeString:
    """At most five of the labels, first and last among them."""
    if len(labels) > 5:
        labels = [labels[round(i * (len(labels) - 1) / 4)] for i in range(5)]
    return format_html(
        '<div class="chart__ticks" aria-hidden="true">{}</div>',
        format_html_join("", "<span>{}</span>", ((label,) for label in labels)),
    )


def _plot(title: str, series: Sequence[Series], shapes: SafeString) -> SafeString:
    said = f"{title}: " + ", ".join(f"{one.label} {one.shown}".strip() for one in series)
    rules = SafeString('<path class="rule" d="M0 0H100M0 50H100M0 100H100"/>')
    return format_html(
        '<svg class="chart__plot" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{}">{}{}</svg>',
        said, rules, shapes,
    )  # fmt: skip


def columns(labels: Sequence[str], series: Sequence[Series], title: str = "") -> SafeString:
    """Columns over time, layers stacked in the order given (the first at the bottom)."""
    totals = [sum(one.values[i] for one in series) for i in range(len(labels))]
    top, step = max(totals, default=0) or 1, 100 / max(len(labels), 1)
    rects = []
    for i in range(len(labels)):
        base = 100.0
        for one in series:
            height = 100 * one.values[i] / top
            base -= height
            rects.append(
                (
                    one.tone,
                    f"{i * step + step * 0.14:.2f}",
                    f"{base:.2f}",
                    f"{step * 0.72:.2f}",
                    f"{height:.2f}",
                )
            )
    shapes = format_html_join("", '<rect class="f{}" x="{}" y="{}" width="{}" height="{}"/>', rects)
    body = _key(series) + _plot(title, series, shapes) + _ticks(labels) + _table(labels, series)
    return _figure(
        title,
        SafeString(body),
        format_html('<span class="quiet small">{} {}</span>', _("highest"), _number(top)),
    )


def line(labels: Sequence[str], series: Sequence[Series], title: str = "") -> SafeString:
    """Lines over time from zero; a single line gets a wash below it."""
    top = max((value for one in series for value in one.values), default=0) or 1
    shapes = SafeString("")
    for one in series:
        last = max(len(one.values) - 1, 1)
        path = "L".join(
            f"{100 * i / last:.2f} {100 - 100 * value / top:.2f}" for i, value in enumerate(one.values)
        )
        if len(series) == 1:
            shapes += format_html('<path class="wash f{}" d="M{}L100 100L0 100Z"/>', one.tone, path)
        shapes += format_html('<path class="stroke s{}" d="M{}"/>', one.tone, path)
    body = _key(series) + _plot(title, series, SafeString(shapes)) + _ticks(labels) + _table(labels, series)
    return _figure(
        title,
        SafeString(body),
        format_html('<span class="quiet small">{} {}</span>', _("highest"), _number(top)),
    )


def ring(share: float, shown: str, label: str, tone: int = 2) -> SafeString:
    """One share of a whole (0 to 1) as a ring with its figure inside."""
    return format_html(
        '<div class="ring"><svg viewBox="0 0 128 128" aria-hidden="true"><circle class="s0" cx="64" cy="64" r="56"/>'
        '<circle class="s{}" cx="64" cy="64" r="56" pathLength="100" stroke-dasharray="{} 200" transform="rotate(-90 64 64)"/></svg>'
        "<b>{}</b><span>{}</span></div>",
        tone, f"{100 * min(max(share, 0), 1):.1f}", shown, label,
    )  # fmt: skip


def spark(values: Sequence[float], tone: int = 4, label: str = "") -> SafeString:
    """A line the size of a word."""
    low, high = min(values, default=0), max(values, default=0)
    span, last = (high - low) or 1, max(len(values) - 1, 1)
    points = [(96 * i / last + 2, 26 - 24 * (value - low) / span) for i, value in enumerate(values)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    x, y = points[-1] if points else (0, 0)
    said = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="spark" viewBox="0 0 100 28" {}><path class="stroke s{}" d="M{}"/><circle class="f{}" cx="{}" cy="{}" r="3"/></svg>',
        said, tone, path, tone, f"{x:.1f}", f"{y:.1f}",
    )  # fmt: skip
