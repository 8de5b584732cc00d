"""Promises as cards for the platform's eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.faces.control import words
from sanhao.faces.ui.cards import PromiseCard, PromiseState
from sanhao.faces.ui.promised import promise_title, timed
from sanhao.goods.shops import api as shops
from sanhao.service.promises import api as promises

_STATES: dict[str, PromiseState] = {
    "open": "open", "kept": "kept", "broken": "broken", "void": "void", "review": "review", "reversed": "broken",
}  # fmt: skip


def promise_cards(
    views: Sequence[promises.PromiseView], cards: Mapping[UUID, shops.ShopCard], now: datetime
) -> list[PromiseCard]:
    """A promise that no moment ends is not drawn as a ring: it has none to run down."""
    return [_card(view, cards, now) for view in views if timed(view.due_at)]


def _card(view: promises.PromiseView, cards: Mapping[UUID, shops.ShopCard], now: datetime) -> PromiseCard:
    shop = cards.get(view.shop_id) if view.shop_id else None
    assert view.due_at is not None
    return PromiseCard(
        id=str(view.id),
        kind=words.said(view.title),
        title=_title(view, view.due_at, now),
        otherwise=_otherwise(view),
        shop=words.said(shop.name) if shop else _("several shops"),
        state=_STATES[view.state],
        starts_at=view.made_at,
        due_at=view.due_at,
        sentence=words.said(view.sentence),
        decided_at=view.decided_at,
        compensation=view.owed if view.state != "kept" else None,
        remedy="refund" if view.remedy == "refund" else "coupon",
        mark=shop.mark if shop else "",
        href=_where(view),
    )


def _title(view: promises.PromiseView, due_at: datetime, now: datetime) -> str:
    """What was promised until when; of others their guarantee, for their sentences speak to the buyer."""
    return promise_title(view.kind, due_at, now) or words.said(view.title)


def _otherwise(view: promises.PromiseView) -> str:
    return _("%(sum)s to the buyer") % {"sum": view.stake.format(words.lang())} if view.stake else ""


def _where(view: promises.PromiseView) -> str:
    if view.decision_id is not None:
        return reverse("control:decision", args=[view.decision_id])
    return reverse("control:order", args=[view.order_id]) if view.order_id else ""
