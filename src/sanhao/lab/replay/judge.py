"""A history's orders before the judges. Pure: the same kinds and the same calls as in life, only all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from sanhao.kit.money import Money
from sanhao.lab.histories.assemble import HistoryOrder
from sanhao.lab.histories.refusals import Unreadable, unreadable
from sanhao.service.promises.api import (
    CLAIMS,
    Answered,
    AnyKind,
    Cancelled,
    Collected,
    CollectedBy,
    Delivered,
    Due,
    FreightBack,
    Merging,
    PaidOrder,
    PromiseNews,
    Registered,
    Tracked,
    Verdict,
    could_come_with,
    merges,
)


class Guarantee(NamedTuple):
    kind: AnyKind
    terms: Any


class Judged(NamedTuple):
    """One promise and its verdict. *ended_at* is when what was promised happened, as far as was known: the arrival,
    or for a promise to ship the hand-over of the last line; None if it did not."""

    kind: str
    order_id: str
    line_id: str
    currency: str
    due: Due
    verdict: Verdict
    ended_at: datetime | None


Merged = Mapping[tuple[str, str], Verdict]
"""Verdicts by kind and order, of promises that were judged together with others."""
NOTHING_MERGED: Merged = {}


def guarantees(
    names: Sequence[str],
    kinds: Mapping[str, AnyKind],
    layers: Sequence[tuple[str, Mapping[str, Mapping[str, Any]]]],
    timezone: str,
) -> list[Guarantee]:
    """The kinds called *names* under their default terms, each layer of terms (named for complaints) over the last.

    Terms that have a timezone are in the history's *timezone* unless a layer says otherwise. Raises `Unreadable`.
    """
    for name in dict.fromkeys(names):
        if name not in kinds:
            known = ", ".join(sorted(kinds))
            raise Unreadable(
                zh=f"没有“{name}”这种保障；可用：{known}。",
                en=f"there is no guarantee {name!r}; there are {known}.",
            )
    for source, terms in layers:
        for name in terms:
            if name not in kinds:
                raise unreadable(source, zh=f"没有“{name}”这种保障。", en=f"there is no guarantee {name!r}.")
    return [
        Guarantee(kinds[name], _terms(name, kinds[name], layers, timezone)) for name in dict.fromkeys(names)
    ]


def _terms(
    name: str, kind: AnyKind, layers: Sequence[tuple[str, Mapping[str, Mapping[str, Any]]]], timezone: str
) -> Any:
    known = {field.encode_name for field in msgspec.structs.fields(kind.Terms)}
    given: dict[str, Any] = {"timezone": timezone} if "timezone" in known else {}
    for source, terms in layers:
        given |= _spelled_out(source, kind, terms.get(name, {}))
        for key in given:
            if key not in known:
                there = ", ".join(sorted(known))
                raise unreadable(source, zh=f"{name} 没有“{key}”这一项；有：{there}。",
                                 en=f"{name} has no term {key!r}; there are {there}.")  # fmt: skip
        try:
            msgspec.convert(given, kind.Terms)
        except (msgspec.ValidationError, ValueError) as error:
            raise unreadable(
                source, zh=f"{name} 的条款有误：{error}", en=f"the terms of {name} are wrong: {error}."
            ) from None
    return msgspec.convert(given, kind.Terms)


def _spelled_out(source: str, kind: AnyKind, terms: Mapping[str, Any]) -> Mapping[str, Any]:
    """``profile = "tmall"`` stands for all the terms of that profile; what is said beside it wins over them."""
    if "profile" not in terms:
        return terms
    profiles: Mapping[str, Any] = getattr(kind, "PROFILES", {})
    chosen = profiles.get(terms["profile"]) if isinstance(terms["profile"], str) else None
    if chosen is None:
        there = ", ".join(profiles)
        raise unreadable(source, zh=f"{kind.name} 没有“{terms['profile']}”这套条款；有：{there}。",
                         en=f"{kind.name} has no profile {terms['profile']!r}; there are {there or 'none'}.")  # fmt: skip
    rest = {key: value for key, value in terms.items() if key != "profile"}
    spelled_out: dict[str, Any] = msgspec.to_builtins(chosen)
    return spelled_out | rest


def judge_order(
    history: HistoryOrder, chosen: Sequence[Guarantee], as_of: datetime, merged: Merged = NOTHING_MERGED
) -> Iterator[Judged]:
    """Every promise that *chosen* make about this order, judged by what was known at *as_of*; *merged* are the verdicts
    of those whose payments count together with others'."""
    order = history.order
    heard = [news for news in history.news if _known(news, as_of)]
    back = _freight_back(chosen, order, heard, as_of) if order.courier is not None else {}
    for kind, terms in chosen:
        bought = _coming_with(kind, order)
        told = [*heard, back[kind.name]] if kind.name in back else heard
        for line_id, facts in _promises(kind, terms, bought, told) if bought is not None else ():
            for news in _claims(kind, history, line_id, as_of) if history.claims else ():
                facts = kind.hear(terms, facts, news)
            verdict = merged.get((kind.name, order.id)) or kind.judge(terms, facts, as_of)
            due = kind.due(terms, facts)
            yield Judged(
                kind.name,
                order.id,
                line_id,
                order.currency,
                due,
                verdict,
                _ended(kind, line_id, order, heard),
            )


_OF_FREIGHT = ("late_delivery", "chosen_courier")


def _freight_back(
    chosen: Sequence[Guarantee], order: PaidOrder, heard: Sequence[PromiseNews], as_of: datetime
) -> dict[str, FreightBack]:
    """As in life, freight goes back once: which of the two that give it back hears what the other gave before it. What
    was promised line by line, or by several shops together, hears of nothing."""
    gave: list[tuple[datetime, Money, str]] = []
    alone = len({line.shop for line in order.lines}) == 1
    for kind, terms in chosen if alone else ():
        if kind.name in _OF_FREIGHT:
            for line_id, facts in _promises(kind, terms, order, heard):
                verdict = kind.judge(terms, facts, as_of)
                if verdict.remedy == "refund" and verdict.owed and verdict.decided_at and not line_id:
                    gave.append((verdict.decided_at, verdict.owed, kind.name))
    gave.sort(key=lambda each: each[0])
    return {later[2]: FreightBack(first[1]) for first, later in pairwise(gave)}


def merge(orders: Iterable[HistoryOrder], chosen: Sequence[Guarantee], as_of: datetime) -> Merged:
    """The verdicts of broken promises whose terms count one buyer's payments to one shop as one amount, judged in order
    of settling as in life. Reads *orders* only if any terms say so; remembers those broken promises alone."""
    merging = [guarantee for guarantee in chosen if merges(guarantee.terms)]
    if not merging:
        return NOTHING_MERGED
    broken: list[tuple[datetime, int, Guarantee, str, Any, Verdict, tuple[str, str]]] = []
    for number, told in enumerate(orders):
        order = told.order
        shops = {line.shop for line in order.lines}
        if len(shops) != 1:
            continue  # promised by several shops at once: nobody's to merge
        # Where no buyer is named nobody knows who came back.
        pair = (f"buyer:{order.buyer}" if order.buyer else f"order:{order.id}", next(iter(shops)))
        heard = [news for news in told.news if _known(news, as_of)]
        for guarantee in merging:
            kind, terms = guarantee
            for _, facts in _promises(kind, terms, order, heard):
                verdict = kind.judge(terms, facts, as_of)
                if verdict.outcome == "broken":
                    settle_at = kind.due(terms, facts).settle_at
                    broken.append((settle_at, number, guarantee, order.id, facts, verdict, pair))
    together, verdicts = Merging(), {}
    for _, _, (kind, terms), id, facts, verdict, pair in sorted(broken, key=lambda found: found[:2]):
        _, verdicts[kind.name, id] = together.judge(kind, terms, facts, verdict, pair, as_of)
    return verdicts


def _promises(
    kind: AnyKind, terms: Any, order: PaidOrder, heard: Sequence[PromiseNews]
) -> Iterator[tuple[str, Any]]:
    """What *kind* promises about *order*, with all its news in the facts."""
    for line_id, facts in kind.promise(terms, order):
        for news in heard:
            facts = kind.hear(terms, facts, news)
        yield line_id, facts


def _coming_with(kind: AnyKind, order: PaidOrder) -> PaidOrder | None:
    """*order* with the lines this guarantee could come with. By category it may be off, where a history tells
    categories; whether a shop would have taken on an optional one nobody knows: it is asked about, so it is counted."""
    if kind.name not in CLAIMS or not any(line.category for line in order.lines):
        return order
    lines = tuple(
        line for line in order.lines if not line.category or could_come_with(kind.name, line.category)
    )
    return msgspec.structs.replace(order, lines=lines) if lines else None


def _claims(kind: AnyKind, history: HistoryOrder, line_id: str, as_of: datetime) -> Iterator[PromiseNews]:
    """What was claimed of this line under *kind*: granted at once, unless the history says that it was refused."""
    for told in history.claims:
        if told.line != line_id or told.guarantee not in ("", kind.name) or told.claim.at > as_of:
            continue
        yield told.claim
        at = told.refused_at or told.claim.at
        if at <= as_of:
            yield Answered(at, told.claim.id, granted=told.refused_at is None, by="rule")


def _known(news: PromiseNews, as_of: datetime) -> bool:
    """A cancellation without a time is taken as known."""
    if isinstance(news, Collected | CollectedBy | Delivered | Tracked):
        return news.received_at <= as_of
    if isinstance(news, Registered):
        return news.at <= as_of
    return not isinstance(news, Cancelled) or news.at is None or news.at <= as_of


def _ended(kind: AnyKind, line_id: str, order: PaidOrder, heard: Sequence[PromiseNews]) -> datetime | None:
    """When the last of the promise's lines was handed over (a promise to ship) or arrived (any other)."""
    to_ship = kind.name == "late_shipment"
    heard = [news for news in heard if not isinstance(news, Delivered) or not news.hub]
    if len(order.lines) == 1:
        for news in heard:
            if isinstance(news, Collected | Delivered) and isinstance(news, Collected) == to_ship:
                return news.at
        return None
    shops = {line.id: line.shop for line in order.lines}
    missing = {line_id} if line_id else set(shops)
    for news in heard:
        if to_ship and isinstance(news, Collected):
            missing -= set(news.lines) or {id for id in missing if not news.shop or shops[id] == news.shop}
        elif not to_ship and isinstance(news, Delivered):
            missing -= set(news.lines) or missing
        else:
            continue
        if not missing:
            return news.at
    return None
