"""Living through an imported history: the clock goes forward, news are told, keepers settle; then life is compared with
replay, promise by promise.

News are told before the clock is moved past them, so that no other process' keeper settles a promise that a scan on its
way would have kept. Slices end where `core.slices` says that telling many at once changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

import msgspec
from msgspec.structs import replace

from sanhao.kit import keeper, time
from sanhao.kit.money import Money
from sanhao.lab.histories.assemble import HistoryOrder
from sanhao.lab.imports import core
from sanhao.lab.imports.queries import HistoryCard, places
from sanhao.lab.replay.judge import NOTHING_MERGED, Guarantee, Judged, Merged, judge_order
from sanhao.lab.wiring import HISTORY
from sanhao.service.promises import api as promises

_OUTCOMES: dict[str, promises.Outcome] = {
    "open": "waiting",
    "kept": "kept",
    "broken": "broken",
    "void": "void",
    "review": "broken",
    "reversed": "broken",
}
"""What a promise came to, by its state."""
_STRIDE = timedelta(days=28)
_CHUNK = 500


class Difference(msgspec.Struct, frozen=True):
    """A promise that ended otherwise in life than in replay; None: there is none in life."""

    order_id: str
    line_id: str
    kind: str
    replay: promises.Verdict
    life: promises.Verdict | None


class Compared(msgspec.Struct, frozen=True):
    """An order's promises as life left them, and where replay differs."""

    lived: tuple[Judged, ...]
    different: tuple[Difference, ...]


def stops(
    orders: Iterable[HistoryOrder], chosen: Sequence[Guarantee], history: HistoryCard
) -> list[datetime]:
    """Where to stop on the way through *orders* (here and now, shifted); the last is when all is over."""
    shift, dated, end = history.shift, [], history.starts_at
    for told in orders:
        news = [shift.there(at) for at in core.news_moments(told)]
        deadlines = [
            due.settle_at
            for kind, terms in chosen
            for due in _dues(kind, terms, told, shift)
            if due.settle_at.year < 9999
        ]
        if told.order.courier is not None:
            deadlines += [shift.there(at) for at in _refunded_by_news(told, chosen)]
        dated.append((deadlines, news))
        end = max([end, *news, *deadlines])
    return core.slices(dated, end)


_AFTER_ALL = datetime(9998, 1, 1, tzinfo=UTC)


def _refunded_by_news(told: HistoryOrder, chosen: Sequence[Guarantee]) -> Iterator[datetime]:
    """When promises without a deadline give money back: at once, before what comes next gives it back as well."""
    for judged in judge_order(told, chosen, _AFTER_ALL):
        verdict = judged.verdict
        if (
            judged.due.settle_at.year == 9999
            and verdict.remedy == "refund"
            and verdict.decided_at is not None
        ):
            yield verdict.decided_at


def moved_deadlines(orders: Iterable[HistoryOrder], chosen: Sequence[Guarantee], shift: core.Shift) -> int:
    """How many promises would be due at another moment than *shift* moves theirs to: days are counted in a calendar
    that has changed since, such as summer time that there is no more."""
    return sum(
        moved.settle_at != shift.there(was.settle_at)
        for told in orders
        for kind, terms in chosen
        for was, moved in zip(
            _dues(kind, terms, told, core.Shift(0)), _dues(kind, terms, told, shift), strict=True
        )
        if was.settle_at.year < 9999
    )


def _dues(
    kind: promises.AnyKind, terms: object, told: HistoryOrder, shift: core.Shift
) -> Iterator[promises.Due]:
    order = told.order
    moved = replace(
        order, bought_at=shift.maybe(order.bought_at), paid_at=shift.maybe(order.paid_at),
        promised_at=shift.maybe(order.promised_at), presale_ships_by=shift.maybe(order.presale_ships_by),
        ship_by={shop: shift.there(limit) for shop, limit in order.ship_by.items()},
        lines=tuple(replace(line, promised_at=shift.maybe(line.promised_at)) for line in order.lines),
    )  # fmt: skip
    for _, facts in kind.promise(terms, moved):
        yield kind.due(terms, facts)


def live(stops: Sequence[datetime], *, tick: Callable[[datetime], None]) -> None:
    """Go through *stops*, in strides of four weeks at most; *tick* hears how far we are."""
    # Who lives on machine time (trying again what failed) is not to be hurried along.
    keepers = [each for each in keeper.all_keepers() if each.clock is not time.machine_now]
    for stop in stops:
        while True:
            here = time.now()
            step = min(stop, here + _STRIDE) if stop > here else stop
            while keeper.tick(HISTORY, step):
                pass
            if step > time.now():
                time.move_to(step)
            keeper.drain(keepers, now=step)
            tick(step)
            if step >= stop:
                break


def compare(
    orders: Iterable[HistoryOrder], chosen: Sequence[Guarantee], history: HistoryCard, as_of: datetime,
    merged: Merged = NOTHING_MERGED,
) -> Iterator[Compared]:  # fmt: skip
    """Life beside replay: the same verdict, the same fault, the same cent? *as_of* is a moment of the history."""
    shops = {str(place.shop_id): ref for ref, place in places(history.id).items()}
    source = iter(orders)
    while chunk := list(islice(source, _CHUNK)):
        ids = {core.checkout_id(history.id, told.order.id): told for told in chunk}
        ended: dict[UUID, dict[tuple[str, UUID | None], promises.Ending]] = {id: {} for id in ids}
        for ending in promises.endings(list(ids)):
            ended[ending.checkout_id][ending.kind, ending.line_id] = ending
        for id, told in ids.items():
            yield _compare(
                id, ended[id], list(judge_order(told, chosen, as_of, merged)), shops, history.shift
            )


def _compare(
    checkout: UUID, ended: dict[tuple[str, UUID | None], promises.Ending], replayed: Sequence[Judged],
    shops: dict[str, str], shift: core.Shift,
) -> Compared:  # fmt: skip
    lived, different = [], []
    for judged in replayed:
        line = core.line_id(checkout, judged.line_id) if judged.line_id else None
        ending = ended.get((judged.kind, line))
        verdict = None if ending is None else _verdict(ending, judged, shops, shift)
        if verdict is not None:
            lived.append(judged._replace(verdict=verdict))
        if verdict is None or _essence(verdict) != _essence(judged.verdict):
            different.append(
                Difference(judged.order_id, judged.line_id, judged.kind, judged.verdict, verdict)
            )
    return Compared(tuple(lived), tuple(different))


def _essence(verdict: promises.Verdict) -> tuple[object, ...]:
    """What must be the same: outcome, who answers, how much. (`never_arrived` in life may be `late` in replay.)"""
    return verdict.outcome, verdict.fault, verdict.owed


def _verdict(
    ending: promises.Ending, judged: Judged, shops: dict[str, str], shift: core.Shift
) -> promises.Verdict:
    """As the history would say it."""
    outcome = _OUTCOMES[ending.state]
    broken = outcome == "broken"
    return promises.Verdict(
        outcome=outcome,
        reason=ending.reason or judged.verdict.reason,
        fault=tuple(shops.get(name, name) for name in ending.fault),
        owed=Money(ending.owed_minor, ending.currency) if ending.owed_minor is not None else None,
        remedy=judged.verdict.remedy if broken else "",
        decided_at=shift.back(ending.decided_at) if ending.decided_at is not None else None,
    )
