"""Promises on every face: what one is called on its card, whether a ring can run down for it, how much each matters now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from msgspec.structs import replace

from sanhao.faces.ui.cards import PromiseCard
from sanhao.faces.ui.format import absolute, lang_of


def promise_title(kind: str, due_at: datetime, now: datetime) -> str:
    """What is promised until when, for the kinds a moment ends; empty for others, which speak for themselves."""
    when = {"when": absolute(due_at, now, lang_of(get_language()), timezone.get_current_timezone())}
    match kind:
        case "late_shipment":
            return _("With the courier by %(when)s") % when
        case "late_delivery":
            return _("Delivered by %(when)s") % when
    return ""


def timed(due_at: datetime | None) -> bool:
    """Whether it runs out at a moment. Others hold until something happens (their kind says so with the year 9999)."""
    return due_at is not None and due_at.year < 9999


class Weighed(msgspec.Struct, frozen=True):
    """What is shown large, the next to run out and what ended in money; the rest as rows; what was kept, folded away."""

    large: list[PromiseCard]
    rows: list[PromiseCard]
    kept: list[PromiseCard]


def by_weight(cards: Sequence[PromiseCard]) -> Weighed:
    """An order's promises by how much they matter now. Where nothing else is left to say, one alone is shown large."""
    running = next((card for card in cards if card.state == "open"), None)
    large = [card for card in cards if card is running or card.state in ("broken", "review")]
    if not large and (len(cards) == 1 or not any(card.state == "kept" for card in cards)):
        large = list(cards[:1])
    rest = [as_row(card) for card in cards if card not in large]
    return Weighed(
        large, [row for row in rest if row.state != "kept"], [row for row in rest if row.state == "kept"]
    )


def as_row(card: PromiseCard) -> PromiseCard:
    """A row says which guarantee it is, not whose: that stands on the page already."""
    return replace(card, shop=card.kind if card.kind != card.title else "")
