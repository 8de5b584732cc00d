"""While a case waits, nothing of its order's money is released to the shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sanhao.books.settlement import api as settlement
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import News
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.book import RULE, terms_from
from sanhao.service.aftersales.reasons import REASONS, offered
from sanhao.service.orders import api as orders
from sanhao.service.orders.events import OrderDelivered
from sanhao.service.promises import api as promises

NAME = "case"
_REASON = Text(zh="售后处理中", en="An after-sales case is open")


def place(order_ids: Sequence[UUID], *, now: datetime) -> None:
    """In the transaction that opens a case, at its end: settlements are locked after orders and cases."""
    settlement.hold(order_ids, NAME, reason=_REASON, now=now)


def wait_for_guarantees(batch: Sequence[News[OrderDelivered]]) -> None:
    """Later listener: the money of what arrived waits as long as something may be asked or claimed about it."""
    arrived = {news.fact.order_id: news.fact.at for news in batch}
    now = max(news.at for news in batch)
    views = orders.orders(list(arrived))
    countries = {id: view.address.get("country", "") for id, view in views.items()}
    asked = {
        country: terms_from(rulebook.in_force(RULE, at=now, market=country).terms)
        for country in set(countries.values())
    }
    claims = promises.windows_of(list(arrived))
    release = settlement.release_terms(
        {id: (view.paid_at or now, countries[id]) for id, view in views.items()}
    )
    waits = {
        id: _wait(asked[countries[id]], release[id], arrived[id], claims.get(id, ()), view)
        for id, view in views.items()
    }
    settlement.set_release(
        {id: wait.until for id, wait in waits.items()},
        {id: _because(wait, release[id]) for id, wait in waits.items()},
    )


def _wait(
    terms: life.Terms,
    release: settlement.ReleaseTerms,
    at: datetime,
    claims: Sequence[tuple[datetime, str]],
    order: orders.OrderView,
) -> life.Wait:
    """Until when an order's money waits: `waits` says which windows count."""
    open_ = [] if release.waits == "window" else [(life.window_ends(terms, at), "ask"), *claims]
    if release.waits == "longest":
        open_ += [
            (life.window_ends(terms, at, days=terms.days_for(one.code)), one.code)
            for one in offered("delivered")
        ]
    most = release.most_days({line.category for line in order.lines})
    return life.money_waits_until(terms, at, at + timedelta(days=release.window_days), open_, most_days=most)


def _because(wait: life.Wait, release: settlement.ReleaseTerms) -> Text:
    if not wait.why:
        days = release.window_days
        return Text(zh=f"签收后满{days}天", en=f"{days} days after delivery")
    what = _name(wait.why)
    if wait.cut:
        return Text(
            zh=f"还可以申请“{what.zh}”，最多等到这时",
            en=f"“{what.en}” may still be asked, and it waits no longer than this",
        )
    return Text(zh=f"到那时为止可以申请“{what.zh}”", en=f"until then “{what.en}” may be asked")


def _name(why: str) -> Text:
    if why == "ask":
        return Text(zh="售后", en="after-sales")
    return promises.KINDS[why].title if why in promises.KINDS else REASONS[why].title


def lift_where_all_is_over(order_ids: Sequence[UUID], *, now: datetime) -> None:
    """Orders none of whose cases wait any more. The settlement's lock is what makes two last cases see each other: so
    this is a transaction of its own, from a later listener, and not part of a case's move."""
    ids = sorted(set(order_ids))
    with transaction.atomic():
        settlement.lock(ids)
        waiting = {
            row["order_id"]
            for row in fetch(
                "SELECT order_id FROM aftersales_case WHERE order_id = ANY(%s) AND due_at IS NOT NULL", [ids]
            )
        }
        settlement.lift([id for id in ids if id not in waiting], NAME, now=now)
