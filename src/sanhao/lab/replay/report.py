"""The report of a replay: one HTML file with charts and tables, in both languages, that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.lab.replay.charts import (
    Bar,
    Part,
    Point,
    bars,
    columns,
    histogram,
    line,
    same,
    short,
    stacked,
    words,
)
from sanhao.lab.replay.summary import OTHERS, OUTCOMES, UNDATED, Month, Sum, Summary, Tally

_STYLE = Path(__file__).with_name("report.css")
_NAMES = {
    "kept": Text(zh="做到", en="kept"),
    "broken": Text(zh="没做到", en="broken"),
    "void": Text(zh="不适用", en="void"),
    "waiting": Text(zh="未到期", en="waiting"),
}
_TONES = {"kept": "jade", "broken": "seal", "void": "stone", "waiting": "amber"}
_PAYERS = {
    "carrier": Text(zh="承运人", en="the carrier"),
    "platform": Text(zh="平台", en="the platform"),
    "": Text(zh="无人", en="nobody"),
}
_ENDINGS = {
    "late_delivery": (Text(zh="晚到", en="delivered late"), Text(zh="始终未到", en="never arrived")),
    "late_shipment": (Text(zh="晚发", en="shipped late"), Text(zh="始终未发", en="never shipped")),
}
_MARKS = {"": "", "zh": ' class="zh" lang="zh-Hans"', "en": ' class="en" lang="en"'}
_TOP = 12
_MOST_MONTHS = 120
_DAYS = ((1, 1), (2, 3), (4, 7), (8, 14), (15, 30), (31, 60), (61, None))


def both(text: Text, tag: str = "span") -> str:
    """*text* in both languages; the style sheet shows one. Everything is escaped."""
    return "".join(f"<{tag}{_MARKS[lang]}>{word}</{tag}>" for lang, word in words(text))


def t(zh: str, en: str, tag: str = "span") -> str:
    return both(Text(zh=zh, en=en), tag)


def render(summary: Summary, history: str) -> str:
    """The whole page. *history* is the name of the file that was judged."""
    name = same(short(history, 80))
    body = _head(summary, name) + _overview(summary)
    for tally in summary.tallies.values():
        body += _guarantee(tally)
    body += _reading(summary)
    return (
        '<!DOCTYPE html>\n<html lang="zh-Hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{words(name)[0][1]} · 重演 Replay</title><style>{_STYLE.read_text('utf-8')}</style></head><body>"
        '<input type="radio" name="language" id="en" class="switch" checked aria-label="English">'
        '<input type="radio" name="language" id="zh" class="switch" aria-label="中文">'
        f'<main class="page">{body}</main></body></html>\n'
    )


def _head(summary: Summary, name: Text) -> str:
    at = f"{summary.as_of:%Y-%m-%d %H:%M} UTC"
    return (
        '<nav><label for="en">English</label><label for="zh">中文</label></nav>'
        f"<h1>{both(name)}</h1>"
        + t(f"按 {at} 所知重新判定：要是当时就有这些保障，会怎样。",
            f"Judged again by what was known at {at}: had these guarantees been there, this is what would have happened.", "p")
    )  # fmt: skip


def _overview(summary: Summary) -> str:
    head = [t("保障", "guarantee"), t("承诺", "promises"), *(both(_NAMES[o]) for o in OUTCOMES),
            t("应赔", "owed"), t("金额不明", "unknown"), t("没有承诺的订单", "orders without")]  # fmt: skip
    rows = []
    for tally in summary.tallies.values():
        counts = [f"{tally.outcomes[outcome]:,}" for outcome in OUTCOMES]
        owed, unknown = _money(tally.broken), f"{tally.broken.unknown:,}"
        rows.append(
            [both(_name(tally)), f"{tally.promises:,}", *counts, owed, unknown, f"{tally.orders_without:,}"]
        )
    parts = [
        (_name(tally), [Part(_NAMES[o], tally.outcomes[o], _TONES[o]) for o in OUTCOMES])
        for tally in summary.tallies.values()
    ]
    title = Text(zh="覆盖", en="Coverage")
    return (
        f"<section>{_table(Text(zh='一览', en='At a glance'), head, rows)}</section>"
        f"<section><h3>{both(title)}</h3>"
        + t("每个承诺后来怎样。", "What became of every promise.", "p")
        + f"{stacked(title, parts)}</section>"
    )


def _guarantee(tally: Tally) -> str:
    out = f"<h2>{both(_name(tally))}</h2>"
    if not tally.promises:
        return (
            out
            + f"<section>{t('这段历史里没有这样的承诺。', 'This history holds no such promise.', 'p')}</section>"
        )
    if tally.broken.count:
        out += _cost(tally) + _who_pays(tally)
    out += _lateness(tally)
    return out + _months_table(tally)


def _cost(tally: Tally) -> str:
    figures = [
        (Text(zh="应赔", en="owed"), _money(tally.broken)),
        (Text(zh="没做到", en="broken"), f"{tally.broken.count:,}"),
    ]
    if tally.kind in _ENDINGS:
        for name, ended in zip(_ENDINGS[tally.kind], (tally.late, tally.never), strict=True):
            figures.append((name, f"{ended.count:,}"))
            figures.append((Text(zh=f"{name.zh}应赔", en=f"owed, {name.en}"), _money(ended)))
    if tally.broken.unknown:
        figures.append((Text(zh="金额不明", en="amount unknown"), f"{tally.broken.unknown:,}"))
    listed = "".join(f"<div><dt>{both(name)}</dt><dd>{figure}</dd></div>" for name, figure in figures)
    charts = ""
    for currency, minor in sorted(tally.broken.owed.items(), key=lambda item: -abs(item[1]))[:3]:
        if minor:
            title = Text(zh=f"每月应赔（{currency}）", en=f"Owed per month of the promise ({currency})")
            points = [_cost_point(label, month, currency) for label, month in _by_month(tally)]
            charts += f"<h3>{both(title)}</h3>{columns(title, points)}"
    return f'<section><h3>{t("花费", "Cost")}</h3><dl class="figures">{listed}</dl></section>' + (
        f"<section>{charts}</section>" if charts else ""
    )


def _cost_point(label: str, month: Month, currency: str) -> Point:
    amount = Money(month.broken.owed[currency], currency)
    return Point(label, float(amount.amount), _amount(amount))


def _who_pays(tally: Tally) -> str:
    """By money in the currency that most is owed in; by number of promises where no sum is known."""
    currency = max(tally.broken.owed, key=lambda c: tally.broken.owed[c], default="")
    by_money = bool(currency) and tally.broken.owed[currency] > 0
    ranked = sorted(
        tally.payers.items(),
        key=lambda item: (item[1].owed[currency] if by_money else 0, item[1].count),
        reverse=True,
    )
    rest = Sum()
    for _, sum in ranked[_TOP:]:
        rest.count += sum.count
        rest.owed.update(sum.owed)
    shown = [(_payer(name), sum, name) for name, sum in ranked[:_TOP]]
    if rest.count:
        more = len(ranked) - _TOP
        shown.append((Text(zh=f"另外 {more:,} 家", en=f"{more:,} others"), rest, OTHERS))
    rows = []
    for label, sum, name in shown:
        value: float = sum.count
        text = Text(zh=f"{sum.count:,} 笔", en=f"{sum.count:,} promises")
        if by_money:
            amount = Money(sum.owed[currency], currency)
            value, money = float(amount.amount), _amount(amount)
            text = Text(zh=f"{money.zh} · {sum.count:,} 笔", en=f"{money.en} · {sum.count:,}")
        tone = {"carrier": "indigo", "platform": "seal", "": "stone", OTHERS: "stone"}.get(name, "amber")
        rows.append(Bar(label, value, text, tone))
    title = Text(zh="谁来承担", en="Who pays")
    return f"<section><h3>{both(title)}</h3>{bars(title, rows)}</section>"


def _payer(name: str) -> Text:
    if name in _PAYERS:
        return _PAYERS[name]
    return same(name.replace(";", " + ")) if name != OTHERS else Text(zh="其他店铺", en="other shops")


def _lateness(tally: Tally) -> str:
    title = Text(zh="每月没做到的比例", en="Share broken, by the month of the promise")
    points = []
    for label, month in _by_month(tally):
        decided = month.outcomes["kept"] + month.outcomes["broken"]
        share = 100 * month.outcomes["broken"] / decided if decided else None
        points.append(Point(label, share, same(f"{share:.1f}%" if share is not None else "–")))
    out = f"<section><h3>{both(title)}</h3>{line(title, points)}</section>" if points else ""
    if tally.kind in _ENDINGS and tally.days:
        out += _days_late(tally)
    return out


def _days_late(tally: Tally) -> str:
    """The late ones only: beside all that came in time they would be too small to see."""
    groups = []
    for low, high in _DAYS:
        count = sum(n for day, n in tally.days.items() if day >= low and (high is None or day <= high))
        name = same(f"≥ {low}" if high is None else f"{low}" if low == high else f"{low}–{high}")
        groups.append(Bar(name, count, same(f"{count:,}"), "amber" if (high or 99) <= 7 else "seal"))
    in_time = sum(n for day, n in tally.days.items() if day <= 0)
    title = Text(zh="晚了几天", en="Days late")
    told = t(f"另有 {in_time:,} 笔按时做到。", f"Beside them {in_time:,} were in time.", "p")
    return f"<section><h3>{both(title)}</h3>{told}{histogram(title, groups)}</section>"


def _by_month(tally: Tally) -> list[tuple[str, Month]]:
    """Every month from the first to the last, empty ones too; by year where there are very many."""
    dated = [month for month in tally.months if month != UNDATED]
    if not dated:
        return []
    (first, start), (last, end) = min(dated), max(dated)
    wanted = [(year, month) for year in range(first, last + 1) for month in range(1, 13)
              if (first, start) <= (year, month) <= (last, end)]  # fmt: skip
    if len(wanted) <= _MOST_MONTHS:
        return [(f"{year}-{month:02}", tally.months.get((year, month)) or Month()) for year, month in wanted]
    years: dict[int, Month] = {year: Month() for year in range(first, last + 1)}
    for year, number in dated:
        into, month = years[year], tally.months[year, number]
        into.outcomes.update(month.outcomes)
        into.broken.count += month.broken.count
        into.broken.unknown += month.broken.unknown
        into.broken.owed.update(month.broken.owed)
    return [(str(year), month) for year, month in years.items()]


def _months_table(tally: Tally) -> str:
    head = [
        t("月份", "month"),
        *(both(_NAMES[o]) for o in OUTCOMES),
        t("应赔", "owed"),
        t("金额不明", "unknown"),
    ]
    rows = [
        [
            label,
            *(f"{month.outcomes[o]:,}" for o in OUTCOMES),
            _money(month.broken),
            f"{month.broken.unknown:,}",
        ]
        for label, month in _by_month(tally)
    ]
    reasons = [
        [
            both(_NAMES[outcome]),
            *(words(same(reason))[0][1],),
            f"{sum.count:,}",
            _money(sum),
            f"{sum.unknown:,}",
        ]
        for (outcome, reason), sum in sorted(tally.reasons.items())
    ]
    reason_head = [
        t("结果", "verdict"),
        t("理由", "reason"),
        t("承诺", "promises"),
        t("应赔", "owed"),
        t("金额不明", "unknown"),
    ]
    return (
        f"<section>{_table(Text(zh='按理由', en='By reason'), reason_head, reasons, 2)}"
        f"<details><summary>{t('按月的数字', 'The figures by month')}</summary>"
        f"{_table(Text(zh='按月', en='By month'), head, rows)}</details></section>"
    )


def _reading(summary: Summary) -> str:
    read = summary.reading
    rows = [
        [t("行", "rows"), f"{read.rows:,}"],
        [t("订单", "orders"), f"{read.orders:,}"],
        [t("不能用的行", "rows that could not be used"), f"{read.rejected:,}"],
        *([words(same(note))[0][1], f"{times:,}"] for note, times in sorted(read.notes.items())),
    ]
    return f"<h2>{t('这份文件', 'The file')}</h2><section>{_table(Text(zh='读到了什么', en='What was read'), [], rows)}</section>"


def _table(caption: Text, head: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> str:
    """Cells are HTML already; the first *words* columns are words, the others figures."""
    mark = [' class="words"' if place < words else "" for place in range(len(rows[0]) if rows else len(head))]
    top = "".join(f'<th scope="col"{mark[place]}>{cell}</th>' for place, cell in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f"<td{mark[i]}>{cell}</td>" for i, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f"<table><caption>{both(caption)}</caption>{f'<thead><tr>{top}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"


def _name(tally: Tally) -> Text:
    return Text(zh=tally.title_zh, en=tally.title_en)


def _amount(amount: Money) -> Text:
    return Text(zh=amount.format("zh"), en=amount.format("en"))


def _money(sum: Sum) -> str:
    return "<br>".join(both(_amount(amount)) for amount in sum.amounts) or "0"
