"""Cases as a shop works on them: what waits and how long, what silence will do, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.faces.ui.cards import PromiseCard, PromiseState, Step
from sanhao.faces.ui.pickups import WORDS, day, hours
from sanhao.faces.workbench.seat import Seat
from sanhao.faces.workbench.waiting import said
from sanhao.kit.money import Money, total
from sanhao.kit.text import Text
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

KIND_WORDS = {
    "refund": gettext_lazy("Refund"), "return": gettext_lazy("Return"), "exchange": gettext_lazy("Exchange"),
    "claim": gettext_lazy("Compensation"),
}  # fmt: skip
OVER = ("refunded", "exchanged", "closed", "withdrawn", "lapsed")


class Row(msgspec.Struct, frozen=True):
    """One case on the desk: its ring, its order, what would go back."""

    case: aftersales.CaseView
    order: orders.OrderView
    card: PromiseCard
    may_approve: bool


class Desk(msgspec.Struct, frozen=True):
    """*yours* wait for the shop, *others* for somebody else; *at_stake* is what silence alone would give back."""

    yours: tuple[Row, ...]
    others: tuple[Row, ...]
    at_stake: Money

    @property
    def approvable(self) -> bool:
        return any(row.may_approve for row in self.yours)


def card_of(view: aftersales.CaseView, seat: Seat, *, linked: bool = True) -> PromiseCard:
    state: PromiseState = (
        "kept" if view.state in ("refunded", "exchanged") else "void" if view.over else "open"
    )
    return PromiseCard(
        id=str(view.id),
        kind=f"{KIND_WORDS[view.kind]} · {said(view.outlook.title)}",
        title=said(view.outlook.next) if not linked else f"{KIND_WORDS[view.kind]}: {said(view.reason)}",
        shop=said(view.outlook.silence) if linked else said(seat.shop.name),
        state=state,
        starts_at=view.moved_at,
        due_at=view.due_at or view.moved_at,
        silence=said(view.outlook.silence),
        decided_at=view.moved_at if view.over else None,
        compensation=view.refunded if view.refunded.minor else None,
        remedy="refund",
        mark="" if linked else seat.shop.mark,
        href=reverse("workbench:case", args=[seat.shop.slug, view.id]) if linked else "",
        word=said(view.outlook.title) if linked and view.over else "",
    )


def rows_of(found: Sequence[aftersales.CaseView], seat: Seat) -> list[Row]:
    views = orders.orders([view.order_id for view in found])
    return [Row(view, views[view.order_id], card_of(view, seat), view.state == "asked") for view in found]


def desk_of(
    seat: Seat, found: Sequence[aftersales.CaseView], proposals: Mapping[UUID, promises.Proposal]
) -> Desk:
    """*proposals*: what claims would come to, of which the shop pays a part."""
    rows = rows_of(found, seat)
    yours = tuple(row for row in rows if row.case.outlook.yours)
    stake = [
        _own(row.case, proposals.get(row.case.id))
        for row in yours
        if row.case.state in ("asked", "returning", "replacing") and row.case.kind != "exchange"
    ]
    return Desk(
        yours, tuple(row for row in rows if not row.case.outlook.yours), total(stake, seat.shop.currency)
    )


def _own(view: aftersales.CaseView, proposal: promises.Proposal | None) -> Money:
    """What of it the shop would pay."""
    if proposal is None:
        return view.back
    own = [share.amount for share in proposal.split if share.payer == str(view.shop_id)]
    return total(own, view.back.currency)


_DONE = {
    "stopping": gettext_lazy("The courier was asked to stop the parcel"),
    "to_send": gettext_lazy("Return approved"), "returning": gettext_lazy("The buyer sent it back"),
    "replacing": gettext_lazy("Exchange approved"), "exchanged": gettext_lazy("Replacement sent"),
    "rejected": gettext_lazy("You said no"), "disputed": gettext_lazy("The buyer asked the platform"),
    "deciding": gettext_lazy("The file is complete"), "closed": gettext_lazy("Closed without a refund"),
    "refunded": gettext_lazy("Refunded"), "withdrawn": gettext_lazy("Taken back by the buyer"),
    "lapsed": gettext_lazy("Nothing was sent in time"), "asked": gettext_lazy("The buyer asked again"),
}  # fmt: skip
_TOLD = {
    "stop_succeeded": gettext_lazy("The courier stopped the parcel"), "stop_refused": gettext_lazy("The courier did not stop it"),
    "stop_failed": gettext_lazy("The courier did not stop it"), "stop_lapsed": gettext_lazy("The courier never answered"),
    "not_stopped": gettext_lazy("The courier never answered"), "stop_signed": gettext_lazy("It was delivered after all"),
    "back_already": gettext_lazy("Its money went back another way"),
}  # fmt: skip
"""Moves of which the note says more than the state they led to."""
_GONE_BACK = {
    "collected": gettext_lazy("A courier collected it at the door"),
    "scanned": gettext_lazy("Handed in under its label"),
}  # fmt: skip
_NOTES = {
    "approved_by_silence": gettext_lazy("by silence"), "received_by_silence": gettext_lazy("by silence"),
    "nothing_packed": gettext_lazy("nothing was packed yet"), "out_of_stock": gettext_lazy("sold out, so it became a return"),
    "offer_accepted": gettext_lazy("the buyer took your offer"), "not_replaced": gettext_lazy("the replacement was not sent in time"),
    "refused": gettext_lazy("not accepted on arrival"), "platform_late": gettext_lazy("paid by the platform, which was late"),
    "platform_pays": gettext_lazy("paid by the platform"), "ruled_for_buyer": gettext_lazy("decided by the platform"),
    "ruled_for_shop": gettext_lazy("decided by the platform"), "appeal_granted": gettext_lazy("an appeal was granted"),
    "ahead_not_sent": gettext_lazy("nothing was sent back in time"), "order_cancelled": gettext_lazy("the order was cancelled"),
    "large_sum": gettext_lazy("a large sum, so a person looks first"), "by_rule": gettext_lazy("by the rule itself"),
    "received_restocked": gettext_lazy("can be sold again"),
}  # fmt: skip


class Pickup(msgspec.Struct, frozen=True):
    """A case's latest pickup as its shop sees it, and in how many parcels, of what weight in all, by what the buyer says."""

    view: delivery.PickupView
    word: str
    tone: str
    day: str
    hours: str
    weight_g: int


def pickup_of(case: aftersales.CaseView) -> Pickup | None:
    if not case.pickup:
        return None
    view, timezone = delivery.pickups_of([case.id])[case.id][-1], aftersales.terms_of(case.rule_id).timezone
    word, tone = WORDS[view.state]
    day_, hours_ = day(view.slot, timezone), hours(view.slot, timezone)
    return Pickup(view, str(word), tone, day_, hours_, sum(box.weight_g for box in view.boxes))


def way_of(view: aftersales.CaseView, order: orders.OrderView) -> Text | None:
    """Who pays for sending back what is or may be sent back; nothing is asked of the database for other cases."""
    if view.over or view.kind not in ("return", "exchange") or view.pickup not in ("", "over"):
        return None
    way = aftersales.way_home_of(view.id, order, view.reason_code, opened_at=view.opened_at)
    return way.text if way is not None else None


def steps_of(view: aftersales.CaseView, moves: Sequence[aftersales.MoveView]) -> list[Step]:
    """What has happened, and where it stands now. How the goods went is as old as the courier's scan."""
    steps, since = [Step(_("The buyer asked"), "done", view.opened_at, said(view.reason))], 0
    for move in moves:
        bad = move.target in ("rejected", "closed", "lapsed")
        gone, at = _GONE_BACK.get(move.note), move.at
        if gone is None:
            since, label = len(steps), _TOLD.get(move.note) or _DONE[move.target]
        else:
            label, at = gone, view.collected_at or move.at
        steps.append(Step(str(label), "bad" if bad else "done", at, str(_NOTES.get(move.note, ""))))
        if move.target == "returning":
            if view.collected_at and gone is None:
                steps.append(Step(_("Collected by the courier"), "done", view.collected_at))
            if view.signed_at:
                steps.append(Step(_("Delivered to you"), "done", view.signed_at))
    if view.over:
        return steps
    if since == len(steps) - 1:
        led = steps.pop()
        return [*steps, Step(said(view.outlook.title), "now", led.at, led.text)]
    return [*steps, Step(said(view.outlook.title), "now")]


def by_number(seat: Seat, words: str) -> list[UUID] | None:
    """The orders a search means; None where nothing is searched for."""
    if not words:
        return None
    found = orders.orders_of_shop(
        seat.shop.id, states=("paid", "shipped", "delivered", "cancelled"), search=words.upper(), limit=100
    )
    return [view.id for view in found]
