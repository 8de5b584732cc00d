"""After-sales for the buyer: ask in three taps, see what is next and when, send back, disagree, take it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.faces.storefront import pickups, visitor
from sanhao.faces.storefront.cards import language, said
from sanhao.faces.storefront.cases import KIND_WORDS, asking, card_of, debts_about, steps_of, units_of
from sanhao.faces.storefront.claims import SHARES, claiming, measures
from sanhao.faces.ui.papers import printable_response
from sanhao.faces.ui.payers import payers_of
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.media import Stored
from sanhao.kit.money import Money, MoneyError
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

_PAGE = 20


@visitor.page
@visitor.mine
def mine(request: visitor.PersonRequest) -> HttpResponse:
    """All of somebody's cases, the newest first."""
    now = kit_time.now()
    found = aftersales.cases_of(*visitor.selves(request), limit=_PAGE)
    known = shops.shops({view.shop_id for view in found}) if found else {}
    bought = orders.orders([view.order_id for view in found]) if found else {}
    things = {line.id: said(line.title) for order in bought.values() for line in order.lines}
    cards = [
        card_of(view, known[view.shop_id], now, linked=True, thing=things[view.units[0][0]]) for view in found
    ]
    return render(request, "storefront/cases.html", {"cards": cards, "now": now})


@visitor.form
@visitor.of("order")
def ask(request: visitor.ViewerRequest, order_id: UUID) -> HttpResponse:
    """Choose what, choose why, send. What would come back stands beside every reason, to the cent."""
    now = kit_time.now()
    order = orders.order(order_id, person_id=request.viewer.id)
    given = request.POST.dict() if request.method == "POST" else request.GET.dict()
    refusal, status = "", 200
    if request.method == "POST":
        try:
            case_id = aftersales.request(
                order_id,
                person_id=request.viewer.id,
                units=units_of(order, given),
                reason=given.get("reason", ""),
                kind=given.get("kind") or None,
                words=given.get("words", ""),
                evidence=_photos(request),
                now=now,
            )
        except Refusal as no:
            if no.status == 404:
                raise
            refusal, status = no.text.in_(language()), no.status
        else:
            messages.success(request, _("Sent. What happens next stands here."))
            return HttpResponseRedirect(reverse("storefront:case", args=[case_id]))
    return render(request, "storefront/ask.html", {
        "order": order, "shop": shops.shop(order.shop_id), "now": now, "refusal": refusal,
        "asking": asking(order, given, person_id=request.viewer.id, now=now), "words": given.get("words", "")[:500],
    }, status=status)  # fmt: skip


@visitor.form
@visitor.of("order")
def guaranteed(request: visitor.ViewerRequest, order_id: UUID, promise_id: UUID) -> HttpResponse:
    """Claim what a guarantee gives: say what it wants to know, see what it gives, send."""
    now = kit_time.now()
    order = orders.order(order_id, person_id=request.viewer.id)
    view = promises.promise(promise_id, now=now)
    if view is None or view.order_id != order_id:
        raise Http404
    given = request.POST.dict() if request.method == "POST" else request.GET.dict()
    refusal, status = "", 200
    if request.method == "POST":
        try:
            case_id = aftersales.claim_guarantee(
                promise_id,
                measures(given),
                person_id=request.viewer.id,
                words=given.get("words", ""),
                evidence=_photos(request),
                documents=_photos(request, "papers"),
                now=now,
            )
        except Refusal as no:
            if no.status == 404:
                raise
            refusal, status = no.text.in_(language()), no.status
        else:
            messages.success(request, _("Sent. What happens next stands here."))
            return HttpResponseRedirect(reverse("storefront:case", args=[case_id]))
    page = claiming(promise_id, given, person_id=request.viewer.id, now=now)
    return render(request, "storefront/guaranteed.html", {
        "claiming": page, "look": page.look, "view": view, "order": order, "now": now,
        "shop": shops.shop(order.shop_id), "refusal": refusal, "shares": SHARES, "given": given,
        "words": given.get("words", "")[:500],
    }, status=status)  # fmt: skip


@visitor.act
@visitor.of("order")
def stop(request: visitor.ViewerRequest, order_id: UUID, parcel_id: UUID) -> HttpResponse:
    """Have one parcel of an order called back while it travels."""
    now = kit_time.now()
    order = orders.order(order_id, person_id=request.viewer.id)
    parcel = next((p for p in delivery.consignments_of([order_id])[order_id] if p.id == parcel_id), None)
    if parcel is None:
        raise Http404
    try:
        case_id = aftersales.request(
            order.id,
            person_id=request.viewer.id,
            units=dict(parcel.items),
            reason="changed_mind",
            stop=True,
            now=now,
        )
    except Refusal as no:
        messages.error(request, said(no.text))
        return HttpResponseRedirect(reverse("storefront:order", args=[order_id]))
    messages.success(request, _("The courier is being asked. What happens next stands here."))
    return HttpResponseRedirect(reverse("storefront:case", args=[case_id]))


@visitor.form
@visitor.of("case")
def pickup(request: visitor.ViewerRequest, case_id: UUID) -> HttpResponse:
    """Have it collected: say what it is, see what that costs, choose when. Where nobody comes for it, the case says how to
    send it."""
    now, me = kit_time.now(), request.viewer.id
    given = request.POST.dict() if request.method == "POST" else request.GET.dict()
    view = aftersales.case(case_id, side="buyer", person_id=me)
    offer = aftersales.collectable(case_id, person_id=me, now=now)
    if offer is None:
        messages.error(request, _("This cannot be collected at the door now."))
        return HttpResponseRedirect(reverse("storefront:case", args=[case_id]))
    refusal, status = "", 200
    if request.method == "POST":
        try:
            _book(request, offer, given)
        except Refusal as no:
            if no.status == 404:
                raise
            refusal, status = said(no.text), no.status
        except (delivery.CarrierAway, delivery.CarrierRefused):
            refusal, status = _("The courier does not answer right now. Try again in a moment."), 503
        else:
            messages.success(request, _("The courier is being asked. What happens next stands here."))
            return HttpResponseRedirect(reverse("storefront:case", args=[case_id]))
    found = pickups.page(offer, given, timezone=aftersales.terms_of(view.rule_id).timezone, now=now)
    return render(request, "storefront/pickup.html", {
        "case": view, "page": found, "offer": offer, "given": found.given, "now": now, "pays": pickups.PAYS[offer.payer](),
        "refusal": refusal or found.refusal, "least": found.cost and view.back.minor > found.cost.total.minor and view.back - found.cost.total,
    }, status=status)  # fmt: skip


def _book(request: visitor.ViewerRequest, offer: aftersales.Collectable, given: dict[str, str]) -> None:
    """Raises Invalid ``pickup.choose`` where no slot was chosen, and what `aftersales.book_pickup` refuses."""
    slot = pickups.chosen(given)
    if slot is None:
        raise Invalid("pickup.choose", zh="请选一个上门的时段。", en="Choose when the courier comes.")
    aftersales.book_pickup(
        offer.case_id,
        person_id=request.viewer.id,
        carrier=slot[0],
        starts_at=slot[1],
        sizes=pickups.sizes_of(given, offer.sizes),
        instead_of=visitor.uuid_of(given.get("instead_of", "")),
        evidence=_photos(request),
        now=kit_time.now(),
    )


@visitor.page
@visitor.of("case")
def case(request: visitor.ViewerRequest, case_id: UUID) -> HttpResponse:
    return _show(request, case_id)


@visitor.page
@visitor.of("case")
def case_live(request: visitor.ViewerRequest, case_id: UUID) -> HttpResponse:
    """The part of a case that changes by itself."""
    return render(request, "storefront/parts/case_live.html", _moving(request.viewer.id, case_id))


def _show(
    request: visitor.ViewerRequest, case_id: UUID, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = _moving(request.viewer.id, case_id) | {"refusal": refusal, "given": request.POST}
    return render(request, "storefront/case.html", context, status=status)


def _moving(person_id: UUID, case_id: UUID) -> dict[str, Any]:
    now = kit_time.now()
    view = aftersales.case(case_id, side="buyer", person_id=person_id)
    order = orders.order(view.order_id, person_id=person_id)
    shop = shops.shop(view.shop_id)
    decision = aftersales.decision_of(view)
    offer = aftersales.collectable_of(view, order, now=now)
    proposal = aftersales.proposals([view], now=now).get(case_id)
    lines = {line.id: line for line in order.lines}
    paper = _label_of(view)
    by_us = aftersales.label_offers([view], {order.id: order}, now=now).get(case_id)
    return {
        "case": view, "order": order, "shop": shop, "now": now, "card": card_of(view, shop, now),
        "kind_word": KIND_WORDS[view.kind], "units": [(lines[id], count) for id, count in view.units],
        "steps": steps_of(view, aftersales.moves([case_id])[case_id]),
        "decision": decision,
        "may_appeal": decision is not None and view.state == "closed" and decision.may_appeal(now),
        "statements": aftersales.statements(case_id) if view.round else [],
        "evidence": aftersales.evidence(case_id), "proposal": proposal,
        "payers": payers_of(proposal.split, shop=_("the shop")) if proposal else [],
        "quotes": conversations.quotes(case_id),
        "quotable": [] if view.over else conversations.quotable(person_id, view.shop_id),
        "cite": reverse("storefront:case_act", args=[case_id, "cite"]),
        "offer": offer, "pickup": pickups.stand(view, order, offer, now=now),
        "carriers": delivery.carrier_names() if view.may("send_back") else {},
        "label": paper, "courier": delivery.carrier_name(paper.carrier) if paper else None,
        "way": aftersales.way_home_of(case_id, order, view.reason_code, opened_at=view.opened_at) if view.may("send_back") else None,
        "way_paid": aftersales.way_home_paid(case_id) if view.over and view.uploaded_at else None,
        "label_cost": _cost_of(paper), "label_most": by_us.most if by_us else None,
        "by_label": paper.state == "made" if paper else by_us is not None and by_us.most is not None,
        "may_stop": view.may("stop") and aftersales.may_stop(view.order_id, view.units),
        "resting": shop.state == "holiday", "debts": debts_about([view]),
    }  # fmt: skip


def _label_of(view: aftersales.CaseView) -> delivery.LabelView | None:
    """The label under which a case's goods may go back, or why there is none; nothing once they are on their way."""
    if view.state != "to_send" or not view.label:
        return None
    return delivery.labels_of([view.id])[view.id][0]


def _cost_of(label: delivery.LabelView | None) -> Money | None:
    """What a label takes out of the refund once it is used; nothing where the buyer does not pay it."""
    bill = delivery.bills_of([label.id]).get(label.id) if label and label.price else None
    return bill.amount if bill and bill.payer == "buyer" and bill.state == "charged" else None


@visitor.page
@visitor.of("case")
def label(request: visitor.ViewerRequest, case_id: UUID) -> HttpResponse:
    """The label, ready to print: the one it goes back under, or the one that a courier who comes for it wants on it. Raises
    Http404 where there is none (any more)."""
    view = aftersales.case(case_id, side="buyer", person_id=request.viewer.id)
    made = _label_of(view)
    if made is not None and made.state == "made":
        [(_label, paper)] = delivery.label_papers([made.id], owner_id=case_id)
        return printable_response(paper, f"label-{made.tracking_no}.pdf")
    pickups_ = delivery.pickups_of([case_id])[case_id] if view.pickup else []
    coming = next((one for one in pickups_ if one.standing and one.document), None)
    if coming is None:
        raise Http404
    paper = delivery.pickup_paper(coming.id, cause_id=case_id)
    return printable_response(paper, f"label-{coming.tracking_no}.pdf")


def _photos(request: visitor.ViewerRequest, name: str = "photos") -> Sequence[Stored]:
    """What was sent along, looked at and kept. Raises Invalid."""
    return aftersales.keep_evidence(cast(list[UploadedFile], request.FILES.getlist(name)))


def _stop(request: visitor.ViewerRequest, case_id: UUID) -> str:
    me = request.viewer.id
    aftersales.stop_parcel(case_id, by=me, person_id=me, now=kit_time.now())
    return _("The courier is being asked. What happens next stands here.")


def _withdraw(request: visitor.ViewerRequest, case_id: UUID) -> str:
    aftersales.withdraw(case_id, person_id=request.viewer.id, now=kit_time.now())
    return _("Taken back. While the window is open you may ask again.")


def _send(request: visitor.ViewerRequest, case_id: UUID) -> str:
    view = aftersales.case(case_id, side="buyer", person_id=request.viewer.id)
    aftersales.send_back(
        case_id,
        person_id=request.viewer.id,
        carrier=request.POST.get("carrier", ""),
        tracking_no=request.POST.get("number", "").replace("\0", "")[:80],
        cost=_cost(request, view.back.currency),
        receipt=_photos(request, "receipt"),
        now=kit_time.now(),
    )
    return _("Noted. From here on we follow the parcel.")


def _cost(request: visitor.ViewerRequest, currency: str) -> Money | None:
    """What somebody says that they paid for it; nothing where the field is empty. Raises Invalid."""
    typed = request.POST.get("cost", "").strip()[:20]
    if not typed:
        return None
    try:
        return Money.parse(typed.replace("¥", "").replace("€", "").replace(",", ""), currency)
    except MoneyError:
        raise Invalid(
            "return_freight.sum", zh="请写一个金额，例如 12.30。", en="Please write an amount such as 12.30."
        ) from None


def _label(request: visitor.ViewerRequest, case_id: UUID) -> str:
    aftersales.ask_label(case_id, person_id=request.viewer.id, now=kit_time.now())
    return _("Your label is being made. It appears here by itself.")


def _call_off(request: visitor.ViewerRequest, case_id: UUID) -> str:
    aftersales.call_off_pickup(case_id, person_id=request.viewer.id, now=kit_time.now())
    return _("Nobody comes for it now. Choose another slot, or send it yourself.")


def _accept(request: visitor.ViewerRequest, case_id: UUID) -> str:
    aftersales.accept_offer(case_id, person_id=request.viewer.id, now=kit_time.now())
    return _("Agreed. The money is on its way back.")


def _escalate(request: visitor.ViewerRequest, case_id: UUID) -> str:
    aftersales.escalate(
        case_id, person_id=request.viewer.id, text=request.POST.get("text", ""), now=kit_time.now()
    )
    return _("The platform looks at it. Both sides speak first.")


def _state(request: visitor.ViewerRequest, case_id: UUID) -> str:
    aftersales.state_case(
        case_id,
        side="buyer",
        person_id=request.viewer.id,
        text=request.POST.get("text", ""),
        evidence=_photos(request),
        now=kit_time.now(),
    )
    return _("It is on file.")


def _again(request: visitor.ViewerRequest, case_id: UUID) -> str:
    view = aftersales.case(case_id, side="buyer", person_id=request.viewer.id)
    aftersales.edit(
        case_id,
        person_id=request.viewer.id,
        reason=request.POST.get("reason", view.reason_code),
        words=request.POST.get("words", ""),
        now=kit_time.now(),
    )
    return _("Sent. The shop has its full time again.")


def _cite(request: visitor.ViewerRequest, case_id: UUID) -> str:
    wanted = [id for given in request.POST.getlist("message")[:60] if (id := visitor.uuid_of(given))]
    me = request.viewer.id
    aftersales.cite(case_id, wanted, side="buyer", by=me, person_id=me, now=kit_time.now())
    return _("It is on file.")


_ACTS: dict[str, Callable[[visitor.ViewerRequest, UUID], str]] = {
    "stop": _stop, "withdraw": _withdraw, "send": _send, "accept": _accept, "escalate": _escalate, "state": _state,
    "edit": _again, "cite": _cite, "call-off": _call_off, "label": _label,
}  # fmt: skip


@visitor.act
@visitor.of("case")
def act(request: visitor.ViewerRequest, case_id: UUID, what: str) -> HttpResponse:
    """One thing its buyer does to a case. Raises Http404 for what nobody can do."""
    if what not in _ACTS:
        raise Http404
    try:
        messages.success(request, _ACTS[what](request, case_id))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _show(request, case_id, refusal=said(refusal.text), status=refusal.status)
    return HttpResponseRedirect(reverse("storefront:case", args=[case_id]))
