"""Taking a history into a demo world: its rules, its shops, its orders, and, as its moments come, its news.

Every step may be cut off and done again: ids follow from the history's, and what is there is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.kit.arrays import array
from sanhao.kit.ids import derived_id, new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import copy_rows, execute
from sanhao.kit.text import Text
from sanhao.lab.histories.assemble import HistoryOrder
from sanhao.lab.imports import core
from sanhao.lab.imports.core import Place, Planned, Shift
from sanhao.lab.imports.queries import HistoryCard, find, known_orders, places
from sanhao.lab.replay.judge import Guarantee
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

_CATEGORY = "history"


def require_demo() -> None:
    """Raises Refusal ``world.is_real``: what is imported moves no money, and only a demo's clock can be moved."""
    if not time.is_demo():
        raise Refusal("world.is_real", zh="历史只能导入演示世界。",
                      en="A history can be imported into a demo world only.")  # fmt: skip


def found(
    name: str, chosen: Sequence[Guarantee], shift: Shift, *, starts_at: datetime, now: datetime
) -> HistoryCard:
    """The history called *name*, with the rules its promises are made under; the one that is there, if there is one.

    Raises Refusal ``history.other_terms`` where that one was imported under other guarantees or terms.
    """
    require_demo()
    market = f"import:{name}"
    kinds = [guarantee.kind.name for guarantee in chosen]
    known = find(name)
    if known is not None and list(known.rules) != kinds:
        raise _other_terms(name)
    with transaction.atomic():
        for kind, terms in chosen:
            _found_rule(name, market, kind, terms, now)
        if known is None:
            execute(
                "INSERT INTO lab_history (id, name, market, kinds, shift_days, zone, starts_at, made_at) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (name) DO NOTHING",
                [new_id(), name, market, kinds, shift.days, shift.zone, starts_at, now],
            )
    card = find(name)
    assert card is not None
    return card


def _found_rule(name: str, market: str, kind: promises.AnyKind, terms: Any, now: datetime) -> None:
    key, wanted = promises.rule_key(kind.name), msgspec.to_builtins(terms)
    title = Text(zh=f"{kind.title.zh}（{name}）", en=f"{kind.title.en} ({name})")
    id = rulebook.found(key, wanted, title=title, now=now, market=market, reason=f"sanhao lab import {name}")
    if promises.terms_of(id, kind.name) != terms:
        raise _other_terms(name)


def _other_terms(name: str) -> Refusal:
    return Refusal("history.other_terms", zh=f"“{name}”已按别的保障或条款导入过；请用 --name 另起名字。",
                   en=f"{name!r} was imported under other guarantees or terms; give this one another --name.")  # fmt: skip


def open_shops(
    history: HistoryCard, sellers: Iterable[str], currency: str, timezone: str, *, now: datetime, tick: Callable[[], None]
) -> dict[str, Place]:  # fmt: skip
    """A shop for each of *sellers* (empty: the history names none), on holiday, with one listing nobody can buy."""
    known = places(history.id)
    missing = [seller for seller in sellers if seller not in known]
    if missing:
        owner = _owner(history.name, now)
        category = next((card.slug for card in catalog.categories()), "")
        if not category:
            catalog.add_category(_CATEGORY, Text(zh="历史", en="Histories"))
            category = _CATEGORY
        for seller in missing:
            _open_shop(history, seller, owner, category, currency, timezone, now)
            tick()
    return places(history.id)


def _owner(name: str, now: datetime) -> UUID:
    email = f"owner@{name}.history.example"
    return people.enrol([people.Enrolment(email, f"{name}", "en")], now=now)[email]


@transaction.atomic
def _open_shop(
    history: HistoryCard, seller: str, owner: UUID, category: str, currency: str, timezone: str, now: datetime
) -> None:
    id = derived_id(history.id, f"seller:{seller}")
    name = seller or history.name
    draft = shops.ShopDraft(
        f"history-{id.hex}", Text(zh=name[:40], en=name[:60]),
        Text(zh=f"从历史“{history.name}”导入", en=f"Imported from the history {history.name}"), "", "",
        timezone=timezone, currency=currency,
    )  # fmt: skip
    shop_id = shops.open_shop(draft, owner_id=owner, now=now)
    goods = Text(zh=f"{name[:40]}的历史商品", en=f"What {name[:60]} sold")
    listing_id = catalog.draft_listing(
        shop_id,
        catalog.ListingDraft(
            "history", category, goods, Text(zh="历史订单里的商品，不出售", en="Goods of past orders; not for sale"), "",
            (catalog.VariantDraft(Text(zh="历史", en="Past"), "history", 0, Money(1, currency), 0),),
        ),
        by=owner,
        now=now,
    )  # fmt: skip
    [offer_id] = [
        offer.id
        for variant in catalog.listing(listing_id, now=now, shop_id=shop_id).variants
        for offer in variant.offers
    ]
    shops.change_state(shop_id, "holiday", by=owner, now=now)
    execute(
        "INSERT INTO lab_history_shop (id, history_id, ref, shop_id, listing_id, offer_id) VALUES (%s, %s, %s, %s, %s, %s)",
        [id, history.id, seller, shop_id, listing_id, offer_id],
    )


def load(
    history: HistoryCard, told: Sequence[HistoryOrder], where: Mapping[str, Place], *, now: datetime
) -> int:
    """Take over those orders of the history that are not here yet, in one transaction; returns how many."""
    known = known_orders(history.id, [one.order.id for one in told])
    new = [one for one in told if one.order.id not in known]
    if not new:
        return 0
    with transaction.atomic():
        buyers = _buyers(history, new, now)
        planned = [
            core.plan(
                one, history.id, history.shift, where, buyers[core.buyer_of(one.order)], history.starts_at
            )
            for one in new
        ]
        orders.take_over([one.checkout for one in planned])
        promises.take_over([one.promised for one in planned], history.rules)
        # After the promises: they hear when a number was given, at the history's own moment.
        delivery.register([parcel for one in planned for parcel in one.parcels], now=now)
        _write(history.id, planned)
    return len(new)


def _buyers(history: HistoryCard, told: Sequence[HistoryOrder], now: datetime) -> dict[str, UUID]:
    refs = dict.fromkeys(core.buyer_of(one.order) for one in told)
    emails = {
        ref: f"{derived_id(history.id, f'buyer:{ref}').hex}@{history.name}.history.example" for ref in refs
    }
    ids = people.enrol([people.Enrolment(emails[ref], ref[:60], "en") for ref in refs], now=now)
    return {ref: ids[email] for ref, email in emails.items()}


def _write(history_id: UUID, planned: Sequence[Planned]) -> None:
    copy_rows(
        "lab_history_order",
        ("id", "history_id", "ref"),
        [(one.checkout.id, history_id, one.ref) for one in planned],
    )
    news = [(one.checkout.id, item) for one in planned for item in one.news]
    copy_rows(
        "lab_history_news",
        ("id", "order_id", "at", "rank", "what", "tracking_no", "order_ids", "by"),
        [
            (id, order, item.at, item.rank, item.what, item.tracking_no, array(item.order_ids), item.by)
            for id, (order, item) in zip(new_ids(len(news)), news, strict=True)
        ],
    )


def tell(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: news whose moment has come, told in their own order and dated by themselves.

    Scans go through the carriers' inbox and are read at once, so that a cancellation never overtakes the scan before
    it. Only runs of the same sort are told together.
    """
    for cancelled, run in groupby(rows, key=lambda row: row["what"] == "cancelled"):
        news = list(run)
        if not cancelled:
            delivery.post_past_scans([_said(row) for row in news], now=news[-1]["at"])
            continue
        for (at, by), same in groupby(news, key=lambda row: (row["at"], row["by"])):
            ids = [id for row in same for id in row["order_ids"]]
            orders.cancel(ids, who=by, note="history", even_if_collected=True, now=at)
    execute("UPDATE lab_history_news SET told_at = %s WHERE id = ANY(%s)", [now, [row["id"] for row in rows]])


def _said(row: Row) -> delivery.PastScan | delivery.PastForward:
    number, at = row["tracking_no"], row["at"]
    if row["what"] == core.FORWARDED:
        onto = core.second_number(number)
        return delivery.PastForward(number, core.carrier_of(number), onto, at, core.carrier_of(onto))
    return delivery.PastScan(number, row["what"], at, core.carrier_of(number))
