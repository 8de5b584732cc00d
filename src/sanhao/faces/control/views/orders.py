"""One order, read only: lines, promises, parcels, payment, money back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from sanhao.books.payments import api as payments
from sanhao.faces.control.cards import promise_cards
from sanhao.faces.control.staff import EVERYBODY, StaffRequest, page
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises


@page(*EVERYBODY)
def one(request: StaffRequest, order_id: UUID) -> HttpResponse:
    """Everything about one order on one page; nothing here can be changed."""
    order, now = orders.order(order_id), time.now()
    shop = shops.shop(order.shop_id)
    wide = promises.promises_of_checkouts([order.checkout_id], now=now).get(order.checkout_id, [])
    made = [*promises.promises_of([order_id], now=now).get(order_id, []), *wide]
    given = {
        "order": order, "shop": shop, "buyer": people.cards([order.person_id]).get(order.person_id), "now": now,
        "promises": promise_cards(made, {shop.id: shop}, now), "timeless": [p for p in made if p.due_at is None],
        "parcels": delivery.consignments_of([order_id])[order_id], "carriers": delivery.carrier_names(),
        "payment": payments.payment_of("checkout", order.checkout_id), "proposals": promises.proposals_of([order_id]),
        "refunds": payments.refunds_of("checkout", order.checkout_id), "excuses": (excuses := promises.excuses(order_id=order_id)),
        "people": people.cards([one.by for one in excuses]) if excuses else {}, "may_mail": request.may("admin", "support"),
    }  # fmt: skip
    return render(request, "control/order.html", given)
