"""The summary in the terminal: per guarantee how many promises were kept, and what the others cost."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sanhao.lab.replay.summary import OUTCOMES, Sum, Summary, Tally

ENDINGS = {
    "late_delivery": ("delivered late", "never arrived"),
    "late_shipment": ("shipped late", "never shipped"),
}
"""How a broken promise of this kind ended: fulfilled after all, or not."""


def show(summary: Summary, console: Console, rejects: Path | None, *, title: str = "Replay") -> None:
    """*rejects* is the file that says why rows could not be used, if one was written."""
    console.print(_table(summary, title))
    read = summary.reading
    console.print(
        f"{_many(read.rows, 'row')}, {_many(read.orders, 'order')}, "
        f"judged as of {summary.as_of:%Y-%m-%d %H:%M:%S} UTC."
    )
    if read.rejected:
        where = f"; see {escape(str(rejects))}" if rejects else " (`sanhao lab replay` says why)"
        console.print(f"{_many(read.rejected, 'row')} could not be used{where}.", soft_wrap=True)
    for note, times in sorted(read.notes.items()):
        console.print(f"Noted {_many(times, 'time')}: {escape(note)}.")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _table(summary: Summary, title: str) -> Table:
    table = Table("guarantee", "", "promises", "owed", "owed unknown", title=title)
    for column in table.columns[2:]:
        column.justify, column.no_wrap = "right", True  # a figure is whole or it is wrong
    for kind, tally in summary.tallies.items():
        for place, (what, sum) in enumerate(_rows(tally)):
            pays = sum.unknown or sum.owed
            owed = "\n".join(amount.format() for amount in sum.amounts) or ("0" if pays else "")
            unknown = f"{sum.unknown:,}" if pays else ""
            table.add_row("" if place else kind, escape(what), f"{sum.count:,}", owed, unknown)
        table.add_section()
    return table


def _rows(tally: Tally) -> list[tuple[str, Sum]]:
    """All promises, then each outcome with what is worth telling apart in it."""
    rows = [("promises", Sum(tally.promises))]
    late, never = ENDINGS.get(tally.kind, ("", ""))
    for outcome in OUTCOMES:
        rows.append((outcome, tally.broken if outcome == "broken" else Sum(tally.outcomes[outcome])))
        if outcome == "broken" and late and tally.broken.count:
            rows += [(f"  {late}", tally.late), (f"  {never}", tally.never)]
        if outcome == "void":
            rows += [
                (f"  {reason}", sum)
                for (what, reason), sum in sorted(tally.reasons.items())
                if what == "void"
            ]
    if tally.orders_without:
        rows.append(("orders without one", Sum(tally.orders_without)))
    return rows
