"""Promises as cards. What they are called is theirs to say; here it is only put in the place it has on the card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sanhao.faces.storefront.cards import language, said
from sanhao.faces.ui.cards import PromiseCard, PromiseState
from sanhao.faces.ui.format import absolute
from sanhao.faces.ui.promised import timed
from sanhao.goods.shops import api as shops
from sanhao.kit.money import Money
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

_STATES: dict[str, PromiseState] = {
    "open": "open", "kept": "kept", "broken": "broken", "void": "void", "review": "review", "reversed": "broken",
}  # fmt: skip
"""A reversed one was paid by the platform in the end: to its buyer it stays broken, and paid."""


def cards_of(
    views: Sequence[promises.PromiseView],
    shop: shops.ShopCard,
    now: datetime,
    *,
    linked: bool = True,
    named: Mapping[UUID, str] | None = None,
) -> list[PromiseCard]:
    """Those that run, and those that ended in money; most urgent first. A window that closed without a claim is over and
    done. *named*: what lines are called, where it has to be said which one a promise is about."""
    return [
        _card(view, shop, now, linked, (named or {}).get(view.line_id, "") if view.line_id else "")
        for view in views
        if view.state in ("broken", "review")
        or (timed(view.due_at) and not (view.needs_word and view.state in ("kept", "void")))
    ]


def names_of(order: orders.OrderView) -> dict[UUID, str]:
    """What the lines of an order are called, where there are several."""
    return {line.id: said(line.title) for line in order.lines} if len(order.lines) > 1 else {}


def standing(views: Sequence[promises.PromiseView]) -> list[str]:
    """What holds without a clock, a sentence each."""
    sentences = [said(view.sentence) for view in views if not timed(view.due_at) and view.state == "open"]
    return list(dict.fromkeys(sentences))


def _card(
    view: promises.PromiseView, shop: shops.ShopCard, now: datetime, linked: bool, line: str
) -> PromiseCard:
    due_at = view.due_at if timed(view.due_at) and view.due_at else view.decided_at or now
    when = absolute(due_at, now, language(), timezone.get_current_timezone())
    title, otherwise = _words(view, when)
    kind = f"{said(view.title)} · {line}" if line else said(view.title)
    state = _STATES[view.state]
    if (
        view.needs_word and state == "open"
    ):  # its ring is the time to claim; a claim that waits speaks for itself
        kind, title = _("You may claim"), kind if view.settle_at else said(view.sentence)
    gave = view.owed if state in ("broken", "review") and view.owed and view.owed.minor else None
    return PromiseCard(
        id=str(view.id), kind=kind, title=title, shop=said(shop.name), state=state,
        starts_at=view.made_at, due_at=due_at, otherwise=otherwise, sentence=said(view.sentence),
        decided_at=view.decided_at, compensation=gave, remedy="refund" if view.remedy == "refund" else "coupon",
        mark=shop.mark,
        href=reverse("storefront:decision", args=[view.decision_id]) if linked and view.decision_id else "",
    )  # fmt: skip


def _coupon(stake: Money | None) -> str:
    if not stake:
        return _("you may cancel at once, for all your money")
    return _("a %(sum)s coupon comes to you by itself") % {"sum": stake.format(language())}


def _words(view: promises.PromiseView, when: str) -> tuple[str, str]:
    """What was promised, and what follows if not. A kind this face does not know speaks for itself."""
    match view.kind:
        case "late_shipment":
            return _("With the courier by %(when)s") % {"when": when}, _coupon(view.stake)
        case "late_delivery":
            return _("In your hands by %(when)s") % {"when": when}, _("the freight comes back by itself")
        case "chosen_courier":
            return _("Brought by the courier you chose"), _("the freight comes back by itself")
        case "non_delivery":
            return _("It arrives, or all your money comes back"), _(
                "everything you paid comes back by itself"
            )
    return said(view.sentence), ""
