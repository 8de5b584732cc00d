"""Cases as their buyer sees them: the card with its ring, the way so far, what may be asked of an order and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.faces.storefront.cards import said
from sanhao.faces.ui.cards import PromiseCard, PromiseState, Step
from sanhao.goods.shops import api as shops
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders

KIND_WORDS = {
    "refund": gettext_lazy("Refund"), "return": gettext_lazy("Return"), "exchange": gettext_lazy("Exchange"),
    "claim": gettext_lazy("Compensation"),
}  # fmt: skip
KIND_SAYS = {
    "refund": gettext_lazy("Money back, and nothing to send"),
    "return": gettext_lazy("Send it back, then the money comes"),
    "exchange": gettext_lazy("Send it back, the same thing again"),
    "claim": gettext_lazy("Money for what is not right, and nothing to send"),
}  # fmt: skip


def debts_about(views: Sequence[aftersales.CaseView]) -> list[aftersales.ClaimView]:
    """What is owed of these cases; nothing is asked of the database where nothing was paid ahead."""
    ahead = [view.id for view in views if view.ahead]
    return [one for one in aftersales.debts_of_cases(ahead).values() if one.state == "owed"] if ahead else []


def card_of(
    view: aftersales.CaseView, shop: shops.ShopCard, now: datetime, *, linked: bool = False, thing: str = ""
) -> PromiseCard:
    """The promise card, for a case: who does what by when, the ring, and what silence does. *linked*: as a row, about
    *thing*."""
    state: PromiseState = (
        "kept" if view.state in ("refunded", "exchanged") else "void" if view.over else "open"
    )
    return PromiseCard(
        id=str(view.id),
        kind=f"{KIND_WORDS[view.kind]} · {said(view.outlook.title)}",
        title=f"{KIND_WORDS[view.kind]}: {said(view.outlook.title)}" if linked else said(view.outlook.next),
        shop=thing or said(shop.name),
        state=state,
        starts_at=view.moved_at,
        due_at=view.due_at or view.moved_at,
        silence=said(view.outlook.silence),
        sentence="" if not view.over else said(view.reason),
        decided_at=view.moved_at if view.over else None,
        compensation=view.refunded if view.refunded.minor else None,
        remedy="refund",
        mark=shop.mark,
        href=reverse("storefront:case", args=[view.id]) if linked else "",
        word=said(view.reason) if linked else "",
    )


_DONE = {
    "stopping": gettext_lazy("You had the courier stop the parcel"),
    "to_send": gettext_lazy("Approved: you may send it back"), "returning": gettext_lazy("You sent it back"),
    "replacing": gettext_lazy("A replacement is kept for you"), "exchanged": gettext_lazy("The replacement was sent"),
    "rejected": gettext_lazy("The shop said no"), "disputed": gettext_lazy("You asked the platform"),
    "deciding": gettext_lazy("Everything is on file"), "closed": gettext_lazy("Closed without a refund"),
    "refunded": gettext_lazy("Money back"), "withdrawn": gettext_lazy("Taken back"),
    "lapsed": gettext_lazy("Nothing was sent in time"), "asked": gettext_lazy("You asked again"),
}  # fmt: skip
_TOLD = {
    "stop_succeeded": gettext_lazy("The courier stopped your parcel"), "stop_refused": gettext_lazy("The courier did not stop it"),
    "stop_failed": gettext_lazy("The courier did not stop it"), "stop_lapsed": gettext_lazy("The courier never answered"),
    "not_stopped": gettext_lazy("The courier never answered"), "stop_signed": gettext_lazy("It was delivered after all"),
    "back_already": gettext_lazy("Its money went back another way"),
}  # fmt: skip
"""Moves of which the note says more than the state they led to."""
_GONE_BACK = {
    "collected": gettext_lazy("A courier collected it"), "scanned": gettext_lazy("You handed it in under its label"),
}  # fmt: skip
_NOTES = {
    "approved_by_silence": gettext_lazy("the shop did not answer in time"),
    "received_by_silence": gettext_lazy("the shop did not object in time"),
    "nothing_packed": gettext_lazy("nothing was packed yet"), "out_of_stock": gettext_lazy("sold out, so it became a return"),
    "refused": gettext_lazy("what came back was not accepted"), "offer_accepted": gettext_lazy("you took the shop's offer"),
    "not_replaced": gettext_lazy("the replacement was not sent in time"), "appeal_granted": gettext_lazy("your appeal was granted"),
    "platform_late": gettext_lazy("we were late, so we pay"), "platform_pays": gettext_lazy("paid by the platform"),
    "ruled_for_buyer": gettext_lazy("decided by the platform"), "ruled_for_shop": gettext_lazy("decided by the platform"),
    "ahead_not_sent": gettext_lazy("nothing was sent back in time"), "order_cancelled": gettext_lazy("the order was cancelled"),
    "large_sum": gettext_lazy("a large sum, so a person looks first"), "by_rule": gettext_lazy("by the rule itself"),
}  # fmt: skip


def steps_of(view: aftersales.CaseView, moves: Sequence[aftersales.MoveView]) -> list[Step]:
    """What has happened, and where it stands now."""
    steps = [Step(_("You asked"), "done", view.opened_at, said(view.reason))]
    since = 0  # the step that led to where it stands
    for move in moves:
        bad = move.target in ("rejected", "closed", "lapsed")
        gone, at = _GONE_BACK.get(move.note), move.at
        if gone is None:
            since, label = len(steps), _TOLD.get(move.note) or _DONE[move.target]
        else:  # the courier's own word, as old as its scan: it is how the goods went, not what led here
            label, at = gone, view.collected_at or move.at
        steps.append(Step(str(label), "bad" if bad else "done", at, str(_NOTES.get(move.note, ""))))
        if move.target == "returning":
            if view.collected_at and gone is None:
                steps.append(Step(_("The courier has it"), "done", view.collected_at))
            if view.signed_at:
                steps.append(Step(_("The shop signed for it"), "done", view.signed_at))
    if view.over:
        return steps
    if since == len(steps) - 1:
        led = steps.pop()
        return [*steps, Step(said(view.outlook.title), "now", led.at, led.text)]
    return [*steps, Step(said(view.outlook.title), "now")]


class Choice(msgspec.Struct, frozen=True):
    """One reason as it is offered: *back* what would come back for what is chosen, *until* its last moment."""

    code: str
    title: str
    back: Money | None
    kinds: tuple[str, ...]
    checked: bool
    until: datetime | None
    way: str = ""
    """Who pays for sending it back, where that is what follows."""


class Asking(msgspec.Struct, frozen=True):
    """The page on which somebody asks: how many of each line, why, and what follows."""

    lines: tuple[tuple[orders.LineView, int, int], ...]
    reasons: tuple[Choice, ...]
    chosen: Choice | None
    kind: str
    kinds: tuple[tuple[str, str, str, bool], ...]
    left: int | None
    refusal: str

    @property
    def taken(self) -> bool:
        """Whether nothing is left to ask for: all of it is back, or in a case that runs."""
        return not any(free for _line, _wanted, free in self.lines)


def asking(order: orders.OrderView, given: Mapping[str, str], *, person_id: UUID, now: datetime) -> Asking:
    """*given*: the form as it stands; nothing given chooses everything that can be chosen."""
    taken = aftersales.units_in_cases(order.id)
    lines, units = [], {}
    for line in order.lines:
        free = line.quantity - line.refunded_units - taken.get(line.id, 0)
        wanted = _number(given.get(f"units-{line.id}"), free if "sent" not in given else 0, free)
        lines.append((line, wanted, free))
        if wanted:
            units[line.id] = wanted
    weighed: list[aftersales.Wish] = []
    refusal = ""
    try:
        here = aftersales.ground(order.id, person_id=person_id, units=units, now=now)
        weighed = [aftersales.weigh(here, reason.code) for reason in here.reasons]
    except Refusal as no:
        refusal = said(no.text)
    code = given.get("reason", "")
    ways = aftersales.ways_home(order, [wish.reason.code for wish in weighed if _goes_back(wish)], at=now)
    choices = tuple(
        Choice(
            code=wish.reason.code,
            title=said(wish.reason.title),
            back=wish.back,
            kinds=aftersales.kinds_for(wish.reason, wish.ground.phase),
            checked=wish.reason.code == code,
            until=wish.until,
            way=said(ways[wish.reason.code]) if wish.reason.code in ways else "",
        )
        for wish in weighed
    )
    chosen = next((choice for choice in choices if choice.checked), None)
    kind = (
        given.get("kind", "")
        if chosen and given.get("kind") in chosen.kinds
        else (chosen.kinds[0] if chosen else "")
    )
    return Asking(
        lines=tuple(lines),
        reasons=choices,
        chosen=chosen,
        kind=kind,
        kinds=tuple(
            (name, str(KIND_WORDS[name]), str(KIND_SAYS[name]), name == kind)
            for name in (chosen.kinds if chosen else ())
        ),
        left=weighed[0].ground.left if weighed else None,
        refusal=refusal,
    )


def _goes_back(wish: aftersales.Wish) -> bool:
    """Whether what is asked for leads to sending something back, unless the buyer chooses otherwise."""
    kinds = aftersales.kinds_for(wish.reason, wish.ground.phase)
    return bool({"return", "exchange"} & set(kinds))


def _number(given: str | None, otherwise: int, most: int) -> int:
    if given is None or not given.isascii() or not given.isdigit() or len(given) > 6:
        return otherwise
    return min(int(given), most)


def units_of(order: orders.OrderView, given: Mapping[str, str]) -> dict[UUID, int]:
    """What was chosen, as it was sent: refusing is not this page's business."""
    found = {}
    for line in order.lines:
        count = given.get(f"units-{line.id}", "")
        if count.isascii() and count.isdigit() and len(count) <= 6:
            found[line.id] = int(count)
    return found
