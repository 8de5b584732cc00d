"""Claiming under a guarantee as its buyer meets it: what it wants to know, what it would give, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

import msgspec
from django.utils.translation import gettext_lazy

from sanhao.faces.storefront.cards import said
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

SHARES = (10, 20, 30, 40, 50, 60, 100)
ENOUGH = 9
"""As if everything had been attached: a page that asks wants to know what else stands in the way."""
PHOTOS = {
    "spoiled_goods": gettext_lazy("All of it laid out, and a close-up with the label"),
    "short_weight": gettext_lazy("It on the scales, without the wrapping"),
    "allergy": gettext_lazy("Your skin, with the product in your hand"),
    "authentic": gettext_lazy("What you received"),
}
PAPERS = {
    "allergy": gettext_lazy("A hospital's record, dated after delivery"),
    "authentic": gettext_lazy("The appraiser's document"),
}


class Offer(msgspec.Struct, frozen=True):
    """A guarantee on an order's page: what may be claimed, of what, until when."""

    promise_id: UUID
    title: str
    sentence: str
    thing: str


def offers(order: orders.OrderView, *, now: datetime) -> list[Offer]:
    names = {line.id: said(line.title) for line in order.lines} if len(order.lines) > 1 else {}
    return [
        Offer(one.promise_id, said(one.title), said(one.sentence), names.get(one.line_id, ""))
        for one in aftersales.claimables(order, now=now)
        if one.open
    ]


class Claiming(msgspec.Struct, frozen=True):
    """The page of one claim. *look* is None where nothing can be claimed any more: *refusal* says why."""

    look: aftersales.Look | None
    refusal: str
    fields: frozenset[str]
    share: int | None
    photos: str
    papers: str

    @property
    def ready(self) -> bool:
        """Whether what is asked besides photos and papers is answered."""
        return self.look is not None and self.look.admission.ok

    @property
    def on_top(self) -> Money | None:
        """What lies in the wallet on top of the money that comes back."""
        extra = (
            [s.amount for s in self.look.admission.split if s.what in ("compensation", "appraisal")]
            if self.look
            else []
        )
        return Money(sum(one.minor for one in extra), extra[0].currency) if extra else None

    @property
    def missing(self) -> str:
        """What stands in the way, where something was said already or nothing needs to be."""
        if self.look is None or self.look.admission.ok or self._unsaid():
            return ""
        return said(self.look.admission.text)

    def _unsaid(self) -> bool:
        claim = self.look.claim if self.look else None
        return claim is not None and (
            ("share" in self.fields and claim.share_bp is None)
            or ("grams" in self.fields and claim.grams is None)
        )


_FIELDS: Mapping[str, frozenset[str]] = {
    "spoiled_goods": frozenset({"share", "photos"}), "short_weight": frozenset({"grams", "photos"}),
    "allergy": frozenset({"photos", "papers", "recorded_on"}),
    "authentic": frozenset({"photos", "papers", "fee", "unsafe"}),
    "price_protection": frozenset(), "no_reason_return": frozenset({"opened"}),
}  # fmt: skip


def claiming(promise_id: UUID, given: Mapping[str, str], *, person_id: UUID, now: datetime) -> Claiming:
    """Raises NotFound for anybody else's."""
    said_so = measures(given)
    if said_so.recorded_on is None:
        said_so = msgspec.structs.replace(said_so, recorded_on=now.date())
    try:
        look = aftersales.look(
            promise_id, said_so, person_id=person_id, photos=ENOUGH, records=ENOUGH, now=now
        )
    except Refusal as no:
        if no.status == 404:
            raise
        return Claiming(None, said(no.text), frozenset(), None, "", "")
    kind = look.promise.kind
    fields = _FIELDS.get(kind, frozenset())
    if "opened" in fields and not _asks_opened(look, now):
        fields -= {"opened"}
    if "unsafe" in fields and "food" not in look.category:
        fields -= {"unsafe"}
    if not look.admission.photos:
        fields -= {"photos"}
    if not look.admission.records:
        fields -= {"papers", "recorded_on"}
    return Claiming(
        look, "", fields, said_so.share_percent, str(PHOTOS.get(kind, "")), str(PAPERS.get(kind, ""))
    )


def _asks_opened(look: aftersales.Look, now: datetime) -> bool:
    """Whether it makes a difference that it was unsealed: the buyer agreed to that at purchase."""
    opened = msgspec.structs.replace(look.claim, opened=True)
    return promises.admit(look.promise.id, opened, now=now).reason == "opened"


def measures(given: Mapping[str, str]) -> aftersales.Measures:
    """What the form says; what cannot be read was not said."""
    return aftersales.Measures(
        units=_number(given.get("units")) or 0,
        share_percent=_number(given.get("share")),
        grams=_number(given.get("grams")),
        fee_minor=_minor(given.get("fee", "")),
        recorded_on=_day(given.get("recorded_on", "")),
        unsafe=given.get("unsafe") == "yes",
        opened=given.get("opened") == "yes",
    )


def _number(given: str | None) -> int | None:
    return int(given) if given and given.isascii() and given.isdigit() and len(given) <= 7 else None


def _minor(given: str) -> int | None:
    """An amount as one writes it, in hundredths."""
    try:
        amount = Decimal(given.strip())
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 < amount < 1_000_000 or amount * 100 != int(amount * 100):
        return None
    return int(amount * 100)


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None
