"""`sanhao lab import`: a history becomes orders of this demo world; with `--settle` its whole life is lived at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sanhao.kit import time
from sanhao.lab.founding import found_rules
from sanhao.lab.histories.assemble import HistoryOrder
from sanhao.lab.histories.history import Reading, read_history
from sanhao.lab.histories.mapping import Mapping, load_mapping
from sanhao.lab.histories.refusals import Unreadable, unreadable
from sanhao.lab.imports import actions, core, life
from sanhao.lab.imports.queries import HistoryCard, find, progress
from sanhao.lab.replay.command import terms_file
from sanhao.lab.replay.judge import Guarantee, guarantees, merge
from sanhao.lab.replay.summary import Summary
from sanhao.lab.replay.tables import show
from sanhao.service.promises import api as promises

_CHUNK = 500
_SOON = timedelta(hours=1)
_SHOWN = 20

Tick = Callable[[], None]


class Imported(msgspec.Struct, frozen=True):
    """What an import came to: the history, how many orders were new, and after `--settle` how life compares."""

    history: HistoryCard
    new_orders: int
    promises: int = 0
    different: tuple[life.Difference, ...] = ()


class _Source(msgspec.Struct, frozen=True):
    path: Path
    mapping: Mapping

    def orders(self, reading: Reading | None = None) -> Iterator[HistoryOrder]:
        return read_history(self.path, self.mapping, reading=reading)


def import_history(
    path: Path, mapping: Path, names: Sequence[str], terms: Path | None, name: str, settle: bool, console: Console
) -> Imported:  # fmt: skip
    """Bring the history at *path* into this world as *name*; what is there already is left alone.

    Raises Refusal ``world.is_real``, ``history.other_terms``, and `Unreadable` with nothing written.
    """
    actions.require_demo()
    name = _name(name or path.stem)
    source = _Source(path, load_mapping(mapping))
    layers = [(source.mapping.path, source.mapping.terms)]
    layers += [(str(terms), terms_file(terms))] if terms else []
    chosen = [_as_it_was(g) for g in guarantees(names, promises.KINDS, layers, source.mapping.file.timezone)]
    sellers, first = _survey(source)
    now = time.now()
    found_rules(now=now)
    known = find(name)
    shift = known.shift if known else _shift(source, chosen, core.weeks_to(first or now, now + _SOON))
    history = actions.found(name, chosen, shift, starts_at=shift.there(first or now), now=now)
    new = _load(source, history, sellers, console)
    _tell_where(history, new, console)
    if not settle:
        return Imported(history, new)
    return _settle(source, history, chosen, new, console)


def _name(text: str) -> str:
    """Small letters, digits and single hyphens: it is part of shops' addresses."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:48].strip("-")
    if not name:
        raise Unreadable(zh="请用 --name 给这段历史起个名字。", en="Give this history a name with --name.")
    return name


def _as_it_was(guarantee: Guarantee) -> Guarantee:
    """Nobody cancels a history's orders but the history: what the platform would do by itself later is left out."""
    if not hasattr(guarantee.terms, "auto_cancel_after_hours"):
        return guarantee
    return Guarantee(guarantee.kind, msgspec.structs.replace(guarantee.terms, auto_cancel_after_hours=None))


def _shift(source: _Source, chosen: Sequence[Guarantee], days: int) -> core.Shift:
    """Distances stay as they are; local times do where fewer deadlines would move by that."""
    plain, local = core.Shift(days), core.Shift(days, source.mapping.file.timezone)
    moved = life.moved_deadlines(source.orders(), chosen, plain)
    return local if moved > life.moved_deadlines(source.orders(), chosen, local) else plain


def _survey(source: _Source) -> tuple[list[str], datetime | None]:
    """Who sells in it, and its first moment."""
    sellers: dict[str, None] = {}
    first: datetime | None = None
    for told in source.orders():
        sellers.update(dict.fromkeys(line.shop for line in told.order.lines))
        dated = core.moments(told)
        if dated and (first is None or dated[0] < first):
            first = dated[0]
    if not sellers:
        raise unreadable(source.path, zh="里面没有可用的订单。", en="holds no order that can be used.")
    return list(sellers), first


def _load(source: _Source, history: HistoryCard, sellers: Sequence[str], console: Console) -> int:
    file = source.mapping.file
    with _bar(console, "shops", len(sellers)) as tick:
        where = actions.open_shops(history, sellers, file.currency, file.timezone, now=time.now(), tick=tick)
    reading, new = Reading(), 0
    orders = source.orders(reading)
    with _bar(console, "orders", reading.total) as tick:
        done = 0
        while chunk := list(islice(orders, _CHUNK)):
            new += actions.load(history, chunk, where, now=time.now())
            for _ in range(done, reading.rows):
                tick()
            done = reading.rows
    return new


def _tell_where(history: HistoryCard, new: int, console: Console) -> None:
    here = progress(history.id)
    console.print(
        f"{here.orders:,} orders of {escape(history.name)} are in this world ({new:,} of them new), "
        f"{history.shift.days:,} days ({history.shift.days // 7:,} weeks) later than they were; "
        f"their first moment is {history.starts_at:%Y-%m-%d %H:%M} UTC."
    )
    if here.untold:
        console.print(
            f"{here.untold:,} news wait for their moment: move the clock of `sanhao up --demo`, or run this with --settle."
        )


def _settle(
    source: _Source, history: HistoryCard, chosen: Sequence[Guarantee], new: int, console: Console
) -> Imported:
    stops = life.stops(source.orders(), chosen, history)
    with _bar(console, "days", max(0, (stops[-1] - time.now()).days)) as tick:
        seen = time.now()

        def lived(until: datetime) -> None:
            nonlocal seen
            while seen + timedelta(days=1) <= until:
                seen += timedelta(days=1)
                tick()

        life.live(stops, tick=lived)
    summary = Summary.of(chosen, history.shift.back(stops[-1]))
    different: list[life.Difference] = []
    count = 0
    merged = merge(source.orders(), chosen, summary.as_of)
    for compared in life.compare(source.orders(summary.reading), chosen, history, summary.as_of, merged):
        summary.add(compared.lived)
        count += len(compared.lived)
        different += compared.different
    show(summary, console, None, title=f"Life of {history.name}")
    _tell_difference(count, different, console)
    return Imported(history, new, count, tuple(different))


def _tell_difference(count: int, different: Sequence[life.Difference], console: Console) -> None:
    if not different:
        console.print(f"All {count:,} promises ended as in replay: verdict, fault and cent.")
        return
    console.print(f"{len(different):,} of {count:,} promises ended otherwise than in replay:")
    for one in different[:_SHOWN]:
        console.print(
            escape(f"  {one.order_id} {one.line_id} {one.kind}: replay {one.replay}, life {one.life}")
        )


@contextmanager
def _bar(console: Console, what: str, total: int) -> Iterator[Tick]:
    """A bar, where somebody watches."""
    if not console.is_terminal:
        yield lambda: None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)
