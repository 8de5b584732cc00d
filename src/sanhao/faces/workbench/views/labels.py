"""Labels: what sending costs, asked for in bulk, printed one or many, taken back until the courier has the parcel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sanhao.faces.ui.format import lang_of
from sanhao.faces.ui.papers import printable_response
from sanhao.faces.workbench.seat import Seat, at_work, is_part, page, sentence, tell
from sanhao.faces.workbench.waiting import Waiting, desk, said
from sanhao.kit import time as kit_time
from sanhao.kit.money import Money, total
from sanhao.kit.refusals import Refusal
from sanhao.kit.sizes import Packed
from sanhao.kit.text import Text
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders

_MOST, _ON_A_PAGE, _MOST_QUOTED = 100, 60, 10


_BORNE: Mapping[tuple[str, str], str | Promise] = {
    ("shop", "back"): gettext_lazy("credited again"), ("shop", "borne"): gettext_lazy("the platform pays"),
    ("platform", "charged"): gettext_lazy("the platform pays"), ("platform", "back"): gettext_lazy("the platform pays"),
    ("carrier", "charged"): gettext_lazy("the courier at fault pays"), ("buyer", "charged"): gettext_lazy("the buyer pays"),
    ("buyer", "taken"): gettext_lazy("the buyer pays"), ("buyer", "borne"): gettext_lazy("the platform pays"),
}  # fmt: skip
"""Who bears the price of a label, where it is not simply the shop."""


class Row(msgspec.Struct):
    """One order that is to have a label: what it weighs and in how many boxes, as it stands in its fields."""

    waiting: Waiting
    typed: str
    typed_boxes: str
    another: bool = False
    """By another courier than its buyer chose, though that costs the freight."""

    @property
    def weight_g(self) -> int:
        return _number(self.typed, digits=7)

    @property
    def boxes(self) -> int:
        return _number(self.typed_boxes, digits=2)


def _number(typed: str, *, digits: int) -> int:
    """0 where it is none, or a longer one."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= digits else 0


class Choice(msgspec.Struct, frozen=True):
    """A carrier's service with what it costs for all the parcels together; *why_not* where it gave no price."""

    carrier: str
    service: str
    name: str
    price: Money | None = None
    transit_days: int | None = None
    why_not: str = ""

    @property
    def value(self) -> str:
        return f"{self.carrier}:{self.service}"


@at_work("GET")
def labels(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The shop's labels, the latest first. While one is being made the page fetches itself again."""
    shown = delivery.labels_of_shop(seat.shop.id, limit=_ON_A_PAGE)
    bills = delivery.bills_of([one.id for one in shown if one.price])
    given = {
        "shown": shown, "carriers": delivery.carrier_names(), "desk": "two",
        "ready": [one for one in shown if one.owner_kind == "order" and one.state == "made" and not one.collected],
        "bills": {one.id: _borne(bills[one.id], one) for one in shown if one.id in bills},
        "ticked": request.GET.getlist("label"),
        "making": any(one.state == "asked" for one in shown),
    }  # fmt: skip
    return page(request, seat, "labels#board" if is_part(request) else "labels", given)


def _borne(bill: delivery.BillView, label: delivery.LabelView) -> str:
    """Who bears a label; and how much of it, where the rest is the platform's."""
    word = _BORNE.get((bill.payer, bill.state))
    if word is None or bill.amount == label.price:
        return str(word or "")
    return f"{word} {bill.amount.format(lang_of(translation.get_language()))}"


@at_work("GET", "POST")
def new(request: HttpRequest, seat: Seat) -> HttpResponse:
    """From where, with whom, how heavy: then the couriers are asked. All or nothing; what was typed stays."""
    told = request.POST if request.method == "POST" else request.GET
    terms = orders.label_terms(seat.now)
    rows = _rows(seat, told, terms)
    houses = [(id, address) for id, address, _is_default in aftersales.return_addresses(seat.shop.id)]
    origin = next(
        (place for id, place in houses if str(id) == told.get("origin")), houses[0][1] if houses else None
    )
    sender = delivery.Place(*[getattr(origin, name) for name in _FIELDS]) if origin else None
    choices = _choices(seat, rows, sender, terms) if sender and rows else []
    picked = next((one for one in choices if one.value == told.get("choice")), None)
    error = ""
    if request.method == "POST" and request.POST.get("do") == "ask":
        error = _missing(rows, sender, picked)
        if not error and picked and sender:
            try:
                ids = orders.print_labels(
                    seat.shop.id, _wishes(rows, picked), origin=sender, by=seat.person_id, now=seat.now
                )
            except Refusal as no:
                error = sentence(no)
            else:
                tell(request, ngettext("%(n)s label is being made.", "%(n)s labels are being made.", len(ids)) % {"n": len(ids)})  # fmt: skip
                return redirect("workbench:labels", seat.shop.slug)
    given = {
        "rows": rows, "houses": houses, "origin": told.get("origin", ""), "choices": choices, "error": error,
        "picked": picked.value if picked else next((one.value for one in choices if not one.why_not), ""),
        "carriers": delivery.carrier_names(), "can": delivery.label_carriers(), "desk": "one", "ways": delivery.WAYS if kit_time.is_demo() else {},
    }  # fmt: skip
    return page(request, seat, "new_labels", given, status=422 if error else 200)


_FIELDS = ("recipient", "phone", "country", "region", "city", "street", "postcode")


def _rows(seat: Seat, told: QueryDict, terms: delivery.LabelTerms) -> list[Row]:
    """The orders named, each with its goods' weight and as many boxes as they need until somebody writes another."""
    rows = []
    for one in _named(seat, told):
        id, boxes = one.order.id, delivery.boxed(terms, _goods(one))
        weight = told.get(f"weight-{id}", str(sum(box.weight_g for box in boxes)))
        count = told.get(f"boxes-{id}", str(len(boxes)))
        rows.append(Row(one, weight.strip()[:8], count.strip()[:3], f"another-{id}" in told))
    return rows


def _named(seat: Seat, told: QueryDict) -> list[Waiting]:
    wanted = set(told.getlist("order"))
    return [one for one in desk(seat).to_ship if str(one.order.id) in wanted][:_MOST]


def _goods(one: Waiting) -> list[tuple[Packed, int]]:
    return [(Packed(line.weight_g, line.packed), left) for line, left in one.left]


def _choices(
    seat: Seat, rows: Sequence[Row], sender: delivery.Place, terms: delivery.LabelTerms
) -> list[Choice]:
    """Every service of every carrier that makes labels, priced for the first parcels and, beyond those, for none."""
    found: list[Choice] = []
    wanted = [_order(row, sender, terms) for row in rows[:_MOST_QUOTED]]
    for carrier, name in delivery.label_carriers().items():
        try:
            sums = _sums(carrier, wanted, seat)
        except (delivery.CarrierAway, delivery.CarrierRefused) as no:
            why = str(no) if isinstance(no, delivery.CarrierRefused) else _("it does not answer now")
            found.append(Choice(carrier, "", said(name), why_not=why))
            continue
        found += [
            Choice(
                carrier, service, f"{said(name)} · {said(title)}",
                price if len(rows) <= _MOST_QUOTED else None, days,
            )
            for service, (title, price, days) in sums.items()
        ] or [Choice(carrier, "", said(name))]  # fmt: skip
    return found


def _sums(
    carrier: str, wanted: Sequence[delivery.RateOrder], seat: Seat
) -> dict[str, tuple[Text, Money, int | None]]:
    """Of services that carry every one of these parcels: name, price of all, the longest way."""
    quoted = [
        {rate.service: rate for rate in delivery.rates(carrier, order, now=seat.now)} for order in wanted
    ]
    common = [service for service in quoted[0] if all(service in each for each in quoted)]
    sums: dict[str, tuple[Text, Money, int | None]] = {}
    for service in common:
        rates = [each[service] for each in quoted]
        days = [rate.transit_days for rate in rates if rate.transit_days is not None]
        price = total([rate.price for rate in rates], rates[0].price.currency)
        sums[service] = (rates[0].name, price, max(days) if len(days) == len(rates) else None)
    return sums


def _order(row: Row, sender: delivery.Place, terms: delivery.LabelTerms) -> delivery.RateOrder:
    """To the buyer, or to the hub that takes it on: the shop pays for the way there."""
    hub, home = row.waiting.hub, row.waiting.order.address
    to = [getattr(hub.address, name) if hub else str(home.get(name) or "") for name in _FIELDS]
    boxes = delivery.boxed(terms, _goods(row.waiting), weight_g=row.weight_g, count=row.boxes)
    return delivery.RateOrder(sender, delivery.Place(*to), boxes)


def _missing(rows: Sequence[Row], sender: delivery.Place | None, picked: Choice | None) -> str:
    if not rows:
        return _("These orders need no label any more.")
    if sender is None:
        return _("Say first where parcels are sent from.")
    if picked is None or picked.why_not:
        return _("Choose a courier that carries all of them.")
    if any(not row.weight_g for row in rows):
        return _("Write what each parcel weighs, in whole grams.")
    if any(not row.boxes for row in rows):
        return _("Write in how many boxes each parcel goes: a whole number.")
    return ""


def _wishes(rows: Sequence[Row], picked: Choice) -> list[orders.LabelWish]:
    return [
        orders.LabelWish(
            row.waiting.order.id,
            picked.carrier,
            picked.service,
            weight_g=row.weight_g,
            boxes=row.boxes,
            another=row.another,
        )
        for row in rows
    ]


@at_work("GET")
def papers(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The labels named, as one document, for this shop's members only."""
    ids = [UUID(id) for id in request.GET.getlist("label")[:_MOST] if _is_id(id)]
    found = delivery.label_papers(ids, shop_id=seat.shop.id)
    if not found:
        raise Http404
    name = found[0][0].reference if len(found) == 1 else f"{len(found)}"
    return printable_response(delivery.together([paper for _label, paper in found]), f"labels-{name}.pdf")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@at_work("POST")
def act(request: HttpRequest, seat: Seat, label_id: UUID, what: str) -> HttpResponse:
    """Take a label back, or ask for it again once somebody has looked."""
    try:
        if what == "cancel":
            orders.cancel_label(seat.shop.id, label_id, by=seat.person_id, now=seat.now)
            tell(request, _("The label is cancelled; its order waits to be shipped again."))
        elif what == "again":
            delivery.ask_label_again(label_id, shop_id=seat.shop.id, now=seat.now)
            tell(request, _("The courier is asked again."))
        else:
            raise Http404
    except Refusal as no:
        if no.status == 404:
            raise
        tell(request, sentence(no))
    return redirect("workbench:labels", seat.shop.slug)


@at_work("POST")
def way(request: HttpRequest, seat: Seat) -> HttpResponse:
    """How the sandbox courier treats labels of these orders: a demo world only."""
    if not kit_time.is_demo() or request.POST.get("how") not in delivery.WAYS:
        raise Http404
    named = _named(seat, request.POST)
    for one in named:
        delivery.set_way(one.order.number, request.POST["how"])
    tell(request, _("Noted: that is what the sandbox courier does with these labels."))
    query = "&".join(f"order={one.order.id}" for one in named)
    return redirect(f"{reverse('workbench:new_labels', args=[seat.shop.slug])}?{query}")
