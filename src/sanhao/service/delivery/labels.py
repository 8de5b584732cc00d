"""A label (面单) and the parcel that will travel under it: asked for by whoever sends, made by its carrier. Pure.

A carrier answers when it likes, twice, or not at all; it may have made a label although no answer came. So a label is
asked for under our own id again and again, until there is one answer; a carrier that does not know our ids is asked once,
and what became of it is a person's to find out (*unsure*). A label is void as long as nothing travels under it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.sizes import Packed, pack, spread
from sanhao.kit.text import Text
from sanhao.service.delivery.asking import Box, LabelWord, Place

LABELS: Mapping[str, tuple[str, ...]] = {
    "asked": ("made", "refused", "unsure", "cancelled"),
    "unsure": ("asked", "cancelled"),
    "made": ("cancelled",),
    "refused": (),
    "cancelled": (),
}
BILLS: Mapping[str, tuple[str, ...]] = {
    "charged": ("taken", "borne", "back"),
    "taken": (),
    "borne": ("back",),
    "back": (),
}
"""What a label costs: *taken* out of a refund, because its buyer used it; *borne* by the platform after all; *back*, because
its carrier has voided it and charges nothing."""
RULE = "delivery.label"
Payer = Literal["shop", "buyer", "platform", "carrier"]
OwnerKind = Literal["order", "case"]
Void = Literal["", "due", "done", "kept"]
"""What became of it at its carrier once it was not wanted any more: the carrier is to be told, has voided it, or charges all
the same. Empty: the carrier has nothing to forget."""
_LEASE, _LONGEST_LEASE = timedelta(minutes=2), timedelta(hours=2)
MOST_BOXES, MOST_WEIGHT_G = 20, 1_000_000


def lease(tries: int) -> timedelta:
    """How long a carrier that was asked *tries* times is left alone before it is asked again, under the same id."""
    return min(_LEASE * (1 << min(max(tries - 1, 0), 10)), _LONGEST_LEASE)


class LabelDraft(msgspec.Struct, frozen=True):
    """A parcel that is to be sent. *owner_id* and its *items* are opaque, as a consignment's are; *service* "" is the
    carrier's own choice. *not_before*: no scan under this label can be older."""

    id: UUID
    owner_kind: OwnerKind
    owner_id: UUID
    shop_id: UUID
    carrier: str
    service: str
    origin: Place
    to: Place
    boxes: tuple[Box, ...]
    items: tuple[tuple[UUID, int], ...]
    reference: str
    by: UUID
    not_before: datetime
    until: datetime | None = None
    """Nobody waits for it any longer; None: whoever asked waits until there is an answer."""


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `delivery.label`: *payer* of the labels a shop has made for its orders. What is heavier than *heaviest_g* or
    longer than *longest_mm* goes in several boxes, *boxes* at most; *packaging_g*: what one is taken to weigh by itself."""

    payer: Literal["shop", "platform"] = "shop"
    heaviest_g: int = 30_000
    longest_mm: int = 1_500
    packaging_g: int = 100
    boxes: int = 10

    def __post_init__(self) -> None:
        if (
            self.heaviest_g < 1
            or self.longest_mm < 1
            or self.packaging_g < 0
            or not 1 <= self.boxes <= MOST_BOXES
        ):
            raise ValueError(
                f"heaviest_g, longest_mm: at least 1; packaging_g: 0 or more; boxes: 1 to {MOST_BOXES}"
            )


def boxed(
    terms: Terms, goods: Sequence[tuple[Packed, int]], *, weight_g: int = 0, count: int = 0
) -> tuple[Box, ...]:
    """The boxes of a parcel with so many of each of *goods*. *weight_g*: what they weigh together, by who packed them;
    *count*: how many there are, by the same. Neither is said: as the terms have it, or one where that is not enough."""
    boxes = pack(
        goods,
        heaviest_g=terms.heaviest_g,
        longest_mm=terms.longest_mm,
        packaging_g=terms.packaging_g,
        most=terms.boxes,
    )
    if not boxes or (count and count != len(boxes)):
        count = count or 1
        known = sum(one.weight_g * units for one, units in goods) + count * terms.packaging_g
        return tuple(Box(part) for part in spread(weight_g or known, [1] * count))
    weights = [box.weight_g for box in boxes]
    if weight_g:
        weights = spread(weight_g, weights if any(weights) else [1] * len(weights))
    return tuple(Box(weight, *(box.sides or ())) for weight, box in zip(weights, boxes, strict=True))


class BillDraft(msgspec.Struct, frozen=True):
    """What a label costs, and whom. *of_buyer_minor*: what of it the buyer bears, the rest is the platform's; *claimed_of*:
    the carrier whose fault it is."""

    label_id: UUID
    owner_kind: OwnerKind
    owner_id: UUID
    shop_id: UUID
    carrier: str
    price: Money
    payer: Payer
    of_buyer_minor: int = 0
    claimed_of: str = ""
    decision_id: UUID | None = None


class Sending(msgspec.Struct, frozen=True):
    """What stands on a label, frozen when it was asked for."""

    origin: Place
    to: Place
    boxes: tuple[Box, ...]
    items: tuple[tuple[UUID, int], ...]


class LabelView(msgspec.Struct, frozen=True):
    """A label as pages show it. *reason* says why it was refused or given up, as the carrier did if it was the carrier."""

    id: UUID
    owner_kind: OwnerKind
    owner_id: UUID
    shop_id: UUID
    carrier: str
    service: str
    state: str
    reference: str
    sending: Sending
    asked_at: datetime
    tries: int
    tracking_no: str
    document: str
    price: Money | None
    made_at: datetime | None
    ended_at: datetime | None
    reason: Text
    collected: bool
    """A carrier has the parcel: the label cannot be taken back any more."""
    void: Void = ""

    @property
    def may_be_cancelled(self) -> bool:
        return self.state in ("asked", "unsure") or (self.state == "made" and not self.collected)


def fault_of(word: LabelWord, id: UUID) -> Text | None:
    """What is wrong with an answer before anything is made of it; None for nothing. Its document is looked at apart."""
    if word.price is not None and word.price.minor < 0:
        return Text(zh="快递要的价格不对", en="the courier asked for a price that cannot be one")
    if word.id != id:
        return Text(zh="快递答的不是这张面单", en="the courier answered about another label")
    if not 4 <= len(word.tracking_no) <= 64 or not word.tracking_no.isprintable():
        return Text(zh="快递给的运单号不能用", en="the courier gave a number that cannot be one")
    if len(word.handle) > 200:
        return Text(zh="快递的答复太长", en="the courier's answer is too long")
    return None
