"""A buyer's orders: the list, one order with its promises, cancelling, and answering a shop that asks for time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from sanhao.books.payments import api as payments
from sanhao.books.settlement import api as settlement
from sanhao.faces.storefront import promised, visitor
from sanhao.faces.storefront.cards import language, said
from sanhao.faces.storefront.cases import card_of, debts_about
from sanhao.faces.storefront.claims import offers
from sanhao.faces.storefront.journey import STATE_WORDS, parcels_of, steps_of
from sanhao.faces.ui.cards import PromiseCard, Tab
from sanhao.faces.ui.promised import as_row, by_weight, timed
from sanhao.fairness.decisions import api as decisions
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

_TABS = ("", "unpaid", "paid", "shipped", "delivered", "cancelled")
_PAGE = 20


@visitor.page
@visitor.mine
def orders_list(request: visitor.PersonRequest) -> HttpResponse:
    now = kit_time.now()
    state = request.GET.get("state", "")
    if state not in _TABS:
        raise Invalid("orders.state", zh="没有这样的订单状态。", en="There is no such state of an order.")
    found = orders.orders_of(
        *visitor.selves(request), state=state or None, before=_before(request), limit=_PAGE + 1
    )
    shown = found[:_PAGE]
    known = shops.shops({order.shop_id for order in shown}) if shown else {}
    made = promises.promises_of([order.id for order in shown], now=now)
    asked = aftersales.cases_of_orders([order.id for order in shown], side="buyer") if shown else {}
    rows = [
        (order, known[order.shop_id], STATE_WORDS[order.state],
         _foremost(asked.get(order.id, []), made.get(order.id, []), known[order.shop_id], now))
        for order in shown
    ]  # fmt: skip
    labels = (_("All"), _("Unpaid"), _("To ship"), _("On the way"), _("Arrived"), _("Cancelled"))
    return render(request, "storefront/orders.html", {
        "rows": rows, "state": state, "now": now,
        "tabs": [
            Tab(f"?state={tab}" if tab else reverse("storefront:orders"), label, tab == state)
            for tab, label in zip(_TABS, labels, strict=True)
        ],
        "earlier": shown[-1].placed_at.isoformat() if len(found) > _PAGE else "",
        "unclaimed": len(people.unclaimed(request.user.pk)) if not state and "before" not in request.GET else 0,
    })  # fmt: skip


def _foremost(
    cases: Sequence[aftersales.CaseView],
    made: Sequence[promises.PromiseView],
    shop: shops.ShopCard,
    now: datetime,
) -> list[PromiseCard]:
    """What matters most about an order in a list: the case that runs, else its most urgent promise."""
    running = [
        card_of(case, shop, now, linked=True, thing=said(case.reason)) for case in cases if not case.over
    ]
    return running[:1] or [as_row(card) for card in promised.cards_of(made, shop, now, linked=False)[:1]]


@visitor.act
@visitor.mine
def claim(request: visitor.PersonRequest) -> HttpResponse:
    """What was bought without an account, with this person's own e-mail, is theirs from now on; coupons too."""
    if people.claim_guests(request.user.pk, now=kit_time.now()):
        messages.success(request, _("They are yours now, and so are their coupons."))
    visitor.take_over(request, request.user.pk)
    return HttpResponseRedirect(reverse("storefront:orders"))


def _before(request: visitor.PersonRequest) -> datetime | None:
    """The moment a list goes on from. Raises Invalid."""
    given = request.GET.get("before", "")
    if not given:
        return None
    try:
        moment = parse_datetime(given.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid("page.number", zh="没有这一页。", en="There is no such page.")
    return moment


@visitor.page
@visitor.of("order")
def order(request: visitor.ViewerRequest, order_id: UUID) -> HttpResponse:
    return _show(request, order_id)


@visitor.page
@visitor.of("order")
def order_live(request: visitor.ViewerRequest, order_id: UUID) -> HttpResponse:
    """The part of an order that changes by itself: what its page fetches when it is told to."""
    return render(request, "storefront/parts/order_live.html", _moving(request.viewer.id, order_id))


def _show(
    request: visitor.ViewerRequest, order_id: UUID, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = _moving(request.viewer.id, order_id)
    order: orders.OrderView = context["order"]
    context["refusal"] = refusal
    context["courier"] = delivery.carrier_name(order.carrier).in_(language()) if order.carrier else ""
    may = promises.withdrawable(order_id, now=context["now"]) if order.paid_at else {}
    context["withdrawable"] = order.state != "cancelled" and any(one.by_right for one in may.values())
    context["by_link"] = request.viewer.by_link
    context["invoice"] = (
        settlement.invoice_of(order_id, person_id=request.viewer.id) if order.paid_at else None
    )
    back = payments.refunds_of("checkout", order.checkout_id) if order.refunded else []
    cases = aftersales.cases_of_orders([order_id], side="buyer").get(order_id, []) if back else []
    causes = {*context["causes"], *(case.id for case in cases)}
    context["refunds"] = [refund for refund in back if refund.cause_id in causes]
    return render(request, "storefront/order.html", context, status=status)


def _moving(person_id: UUID, order_id: UUID) -> dict[str, Any]:
    """Everything about an order that may change while somebody looks at it. Raises NotFound for anybody else's."""
    now = kit_time.now()
    order = orders.order(order_id, person_id=person_id)
    shop = shops.shop(order.shop_id)
    live = order.state not in ("unpaid", "expired")
    made = promises.promises_of([order_id], now=now).get(order_id, []) if live else []
    made += (
        promises.promises_of_checkouts([order.checkout_id], now=now).get(order.checkout_id, [])
        if live
        else []
    )
    asked = promises.proposals_of([order_id]).get(order_id, []) if live else []
    sent = delivery.consignments_of([order_id])[order_id] if live else []
    asked_for = aftersales.cases_of_orders([order_id], side="buyer").get(order_id, []) if live else []
    packed = order.state == "shipped" and order.collected_at is None
    ask_until = aftersales.window_of(order, now=now)
    running = [view for view in made if not (view.needs_word and view.state == "open")]
    weighed = by_weight(promised.cards_of(running, shop, now, named=promised.names_of(order)))
    claims = offers(order, now=now) if live and order.state != "cancelled" else []
    claimed = {claim.promise_id for claim in claims}
    later = [view for view in made if view.needs_word and view.id not in claimed and not timed(view.due_at)]
    return {
        "order": order, "shop": shop, "now": now, "state_word": STATE_WORDS[order.state],
        "promises": weighed, "standing": promised.standing([*running, *later]), "claims": claims,
        "proposals": [proposal for proposal in asked if proposal.state == "proposed" and proposal.answer_by > now],
        "steps": steps_of(order, sent), "parcels": parcels_of(sent, order),
        "may_cancel": order.state == "paid" or (packed and promises.may_cancel_freely(order_id, now=now)),
        "stoppable": aftersales.stoppable(order, sent, now=now), "packed": packed, "causes": {order_id, *(view.id for view in made), *(view.id for view in asked_for)},
        "cases": [card_of(view, shop, now, linked=True) for view in asked_for],
        "unasked": _unasked(order), "debts": debts_about(asked_for),
        "may_ask": live and order.state != "cancelled" and (ask_until is None or now <= ask_until) and _free(order, asked_for),
        "ask_until": ask_until, "contestable": promises.contestable(made, now=now),
    }  # fmt: skip


def _free(order: orders.OrderView, cases: Sequence[aftersales.CaseView]) -> bool:
    """Whether anything of it is neither back nor in a case that still runs."""
    busy = Counter[UUID]()
    for case in cases:
        if not case.over:
            busy.update(dict(case.units))
    return any(line.quantity > line.refunded_units + busy[line.id] for line in order.lines)


def _unasked(order: orders.OrderView) -> list[decisions.DecisionView]:
    """Why money came, or comes, that the buyer did not ask for."""
    if not order.refunded and order.cancelled_by != "platform":
        return []
    return [one for one in decisions.of_subject("order", order.id) if one.kind == aftersales.SWEPT]


@visitor.act
@visitor.of("order")
def contest(request: visitor.ViewerRequest, order_id: UUID) -> HttpResponse:
    """A promise counts as kept, and its buyer says that it was not: a person looks at it."""
    order, now = orders.order(order_id, person_id=request.viewer.id), kit_time.now()
    promise_id = visitor.uuid_of(request.POST.get("promise", ""))
    view = promises.promise(promise_id, now=now) if promise_id else None
    if view is None or (order_id != view.order_id and order.checkout_id != view.checkout_id):
        raise Http404
    try:
        decision_id = promises.contest(
            view.id, person_id=request.viewer.id, text=request.POST.get("text", ""), now=now
        )
    except Refusal as refusal:
        messages.error(request, refusal.text.in_(language()))
        return HttpResponseRedirect(reverse("storefront:order", args=[order_id]))
    messages.success(request, _("Sent. A person reads it and answers within seven days."))
    return HttpResponseRedirect(reverse("storefront:decision", args=[decision_id]))


@visitor.act
@visitor.of("order")
def cancel(request: visitor.ViewerRequest, order_id: UUID) -> HttpResponse:
    def do() -> None:
        promises.cancel_order(order_id, person_id=request.viewer.id, now=kit_time.now())
        messages.success(request, _("Cancelled. Your money is on its way back."))

    return _do(request, order_id, do)


@visitor.act
@visitor.of("order")
def answer(request: visitor.ViewerRequest, order_id: UUID, proposal_id: UUID) -> HttpResponse:
    agree = request.POST.get("agree") == "yes"

    def do() -> None:
        promises.answer_delay(proposal_id, person_id=request.viewer.id, agree=agree, now=kit_time.now())
        messages.success(request, _("Agreed on the later time.") if agree else _("The first promise stands."))

    return _do(request, order_id, do)


def _do(request: visitor.ViewerRequest, order_id: UUID, do: Callable[[], None]) -> HttpResponse:
    try:
        do()
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _show(request, order_id, refusal=refusal.text.in_(language()), status=refusal.status)
    return HttpResponseRedirect(reverse("storefront:order", args=[order_id]))
