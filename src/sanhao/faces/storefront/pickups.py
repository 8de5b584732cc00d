"""The page on which a buyer has goods collected: what they say of them, what that costs, the slots day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sanhao.faces.storefront.cards import said
from sanhao.faces.ui.pickups import WORDS, day, hours
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders

_MOST = Decimal(10**6)
_MOST_BOXES = 20
_SIDES = ("length", "width", "height")


class Choice(msgspec.Struct, frozen=True):
    """One slot as it is offered; *value* names it and its carrier."""

    value: str
    hours: str
    checked: bool


class Row(msgspec.Struct, frozen=True):
    """The fields of one parcel as they stand; their names end in *ending*."""

    ending: str
    weight: str
    length: str
    width: str
    height: str


class Page(msgspec.Struct, frozen=True):
    """*given*: the form as it stands, *rows* its parcels. *cost* None where the sizes cannot be, *silent* where the courier does
    not answer; *unsaid*: a parcel of which nobody has said yet what it weighs."""

    offer: aftersales.Collectable
    given: Mapping[str, str]
    rows: tuple[Row, ...]
    cost: aftersales.Cost | None
    days: tuple[tuple[str, tuple[Choice, ...]], ...]
    left: int
    instead_of: UUID | None
    refusal: str
    silent: bool
    unsaid: bool

    @property
    def may_be(self) -> range:
        """How many parcels may be chosen."""
        return range(1, self.offer.terms.boxes + 1)


def sizes_of(given: Mapping[str, str], otherwise: aftersales.Sizes) -> aftersales.Sizes:
    """What the form says: kilograms and centimetres, as people write them. What is no number is a size that cannot be."""
    if "weight" not in given:
        return otherwise
    first, *more = (_piece(given, ending) for ending in _endings(given))
    return aftersales.Sizes(
        first.weight_g,
        *first.sides,
        apart=given.get("apart") == "on",
        floors=_number(given.get("floors", ""), 1, empty=0),
        more=tuple(more),
    )


def _endings(given: Mapping[str, str]) -> list[str]:
    """How the names of each parcel's fields end; the first one's stand alone."""
    count = _number(given.get("boxes", ""), 1, empty=1)
    return ["", *(f"-{n}" for n in range(2, min(count, _MOST_BOXES) + 1))]


def _piece(given: Mapping[str, str], ending: str) -> aftersales.Piece:
    sides = (_number(given.get(f"{side}{ending}", ""), 10, empty=0) for side in _SIDES)
    return aftersales.Piece(_number(given.get(f"weight{ending}", ""), 1000, empty=-1), *sides)


def _number(text: str, times: int, *, empty: int) -> int:
    plain = text.strip().replace(",", ".").replace("，", ".")[:20]
    if not plain:
        return empty
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return -1
    return int(value * times) if value.is_finite() and abs(value) < _MOST else -1


def chosen(given: Mapping[str, str]) -> tuple[str, datetime] | None:
    """Carrier and beginning of the slot that was chosen."""
    carrier, _sign, moment = given.get("slot", "").partition("|")
    try:
        starts_at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (carrier, starts_at) if starts_at.tzinfo else None


def page(offer: aftersales.Collectable, given: Mapping[str, str], *, timezone: str, now: datetime) -> Page:
    """All the page shows. Asks the couriers for their slots."""
    had = delivery.pickups_of([offer.case_id])[offer.case_id]
    standing = next((one.id for one in had if one.standing), None)
    left, refusal, cost, silent = offer.left(had), "", None, False
    days: tuple[tuple[str, tuple[Choice, ...]], ...] = ()
    try:
        sizes = aftersales.checked_sizes(offer.terms, sizes_of(given, offer.sizes))
        cost = offer.cost(sizes)
        offer.require_price(sizes)
        offer.require_attempts(had)
        days, silent = _days(offer, sizes, given.get("slot", ""), timezone, now)
    except Refusal as no:
        refusal = said(no.text)
    rows = shown(given, offer.sizes)
    unsaid = any(not row.weight.strip() for row in rows[1:])
    return Page(
        offer, {name: given.get(name, "")[:20] for name in ("floors", "apart")}, rows, cost, days, left, standing,
        "" if unsaid else refusal, silent, unsaid,
    )  # fmt: skip


def _days(
    offer: aftersales.Collectable, sizes: aftersales.Sizes, wanted: str, timezone: str, now: datetime
) -> tuple[tuple[tuple[str, tuple[Choice, ...]], ...], bool]:
    found, silent = [], False
    for carrier in offer.carriers:
        try:
            slots = aftersales.pickup_slots(offer, carrier, sizes, now=now)
        except (delivery.CarrierAway, delivery.CarrierRefused):
            silent = True
            continue
        found += [(slot, f"{carrier}|{slot.starts_at.isoformat()}") for slot in slots]
    found.sort(key=lambda one: one[0].starts_at)
    days = tuple(
        (name, tuple(Choice(value, hours(slot, timezone), value == wanted) for slot, value in group))
        for name, group in groupby(found, key=lambda one: day(one[0], timezone))
    )
    return days, silent and not found


def shown(given: Mapping[str, str], sizes: aftersales.Sizes) -> tuple[Row, ...]:
    """The fields of each parcel as they stand: what was typed, or what the listing says."""
    if "weight" in given:
        return tuple(
            Row(ending, *(given.get(f"{name}{ending}", "")[:20] for name in ("weight", *_SIDES)))
            for ending in _endings(given)
        )
    return tuple(
        Row(
            f"-{n}" if n > 1 else "",
            f"{piece.weight_g / 1000:g}",
            *(f"{side / 10:g}" if side else "" for side in piece.sides),
        )
        for n, piece in enumerate(sizes.pieces, 1)
    )


class Stand(msgspec.Struct, frozen=True):
    """A case's latest pickup as its buyer sees it. *until*: it may be changed until then; None: not any more."""

    view: delivery.PickupView
    word: str
    tone: str
    day: str
    hours: str
    sizes: aftersales.Sizes | None
    cost: Money | None
    until: datetime | None


def stand(
    case: aftersales.CaseView, order: orders.OrderView, offer: aftersales.Collectable | None, *, now: datetime
) -> Stand | None:
    """Where the pickup of a case stands; None where there was none."""
    if not case.pickup:
        return None
    view = delivery.pickups_of([case.id])[case.id][-1]
    timezone = aftersales.terms_of(case.rule_id).timezone
    sizes = aftersales.sizes_of([case.id]).get(case.id)
    until = None
    if offer is not None and view.standing:
        until = (
            view.slot.starts_at if view.state == "asked" else aftersales.may_change_until(offer.terms, view)
        )
    word, tone = WORDS[view.state]
    return Stand(
        view, str(word), tone, day(view.slot, timezone), hours(view.slot, timezone), sizes,
        offer.cost(sizes).total if offer is not None and sizes is not None else None,
        until if until is not None and now <= until else None,
    )  # fmt: skip


PAYS = {
    "buyer": lambda: _("It is taken out of what comes back to you."),
    "shop": lambda: _("The shop pays it."),
    "platform": lambda: _("The platform pays it."),
}
