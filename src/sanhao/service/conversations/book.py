"""The rule of conversations and the hours of shops, decoded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.conversations.core import RULE, Terms, platform_hours, shop_hours
from sanhao.service.conversations.hours import Hours, Opening


@lru_cache(maxsize=1024)
def terms_of(rule_id: UUID) -> Terms:
    return msgspec.convert(rulebook.version(rule_id).terms, Terms)


def in_force(now: datetime) -> tuple[UUID, Terms]:
    version = rulebook.in_force(RULE, at=now)
    return version.id, msgspec.convert(version.terms, Terms)


def found_rules(*, now: datetime) -> None:
    rulebook.found(
        RULE,
        msgspec.to_builtins(Terms()),
        title=Text(zh="多久要答复", en="How soon an answer is owed"),
        now=now,
    )


def hours_of(shop: shops.ShopCard, terms: Terms) -> Hours:
    """When *shop* is there: what it set, or the hours of the rule."""
    return hours_of_many([shop], terms)[shop.id]


def hours_of_many(cards: Collection[shops.ShopCard], terms: Terms) -> dict[UUID, Hours]:
    """The same for several, in one query."""
    rows = fetch(
        "SELECT shop_id, opens, closes, rests, closed FROM conversations_service_hours WHERE shop_id = ANY(%s)",
        [[card.id for card in cards]],
    )
    known = {row["shop_id"]: row for row in rows}
    return {
        card.id: _hours(known[card.id], card) if card.id in known else shop_hours(terms, card.timezone)
        for card in cards
    }


def _hours(row: Mapping[str, Any], shop: shops.ShopCard) -> Hours:
    week = tuple(
        None if opens is None else Opening(opens, closes)
        for opens, closes in zip(row["opens"], row["closes"], strict=True)
    )
    return Hours(week, shop.timezone, shop.country if row["rests"] else "", tuple(row["closed"]))


def owing_hours(side: str, shop: shops.ShopCard, terms: Terms) -> Hours:
    """The hours of the side that owes an answer."""
    return platform_hours(terms) if side == "platform" else hours_of(shop, terms)
