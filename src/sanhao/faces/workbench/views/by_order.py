"""The shop's money order by order, however old, and every refund of them: found by number, page by page, as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from sanhao.books.settlement import api as settlement
from sanhao.faces.ui import sheets
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, page
from sanhao.faces.workbench.views.money import id_of, pages_of_money
from sanhao.kit.deadline import zone

_ON_A_PAGE, _AT_ONCE = 30, 500


@at_work("GET", roles=MANAGING)
def by_order(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Every order that was paid, the last first; the search takes the beginning of a number."""
    words = request.GET.get("q", "").replace("\0", "").strip().upper()[:40]
    found = settlement.money_by_order(
        seat.shop.id, search=words, before=id_of(request.GET.get("before", "")), limit=_ON_A_PAGE + 1
    )
    given = {
        "pages": pages_of_money(seat, "by_order"), "found": found[:_ON_A_PAGE], "q": words, "desk": "one",
        "paged": "before" in request.GET,
        "next": found[_ON_A_PAGE - 1].settled.order_id if len(found) > _ON_A_PAGE else None,
    }  # fmt: skip
    return page(request, seat, "by_order", given)


def _all(seat: Seat) -> Iterator[list[settlement.OrderMoney]]:
    """All of them, so many at a time."""
    last = None
    while found := settlement.money_by_order(seat.shop.id, before=last, limit=_AT_ONCE):
        yield found
        last = found[-1].settled.order_id


@at_work("GET", roles=MANAGING)
def by_order_file(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """What came in of each order, what left it, what stays and since when; as CSV, streamed."""
    head = [_("Order"), _("Paid at"), _("Came in"), _("Left again"), _("Commission"), _("Stays"), _("Currency"), _("State"), _("Yours from")]  # fmt: skip
    states = {"held": _("Held"), "released": _("Yours"), "closed": _("Went back")}
    return sheets.table(head, _order_rows(seat, states), f"{seat.shop.slug}-orders-money.csv")


def _order_rows(seat: Seat, states: Mapping[str, str]) -> Iterator[list[object]]:
    clock = zone(seat.shop.timezone)
    for found in _all(seat):
        for one in found:
            free = one.settled.released_at or one.settled.release_at
            yield [
                one.settled.number, one.settled.opened_at.astimezone(clock).isoformat(timespec="minutes"),
                one.received.amount, one.lost.amount, one.commission.amount, one.net.amount, one.settled.currency,
                states[one.settled.state], free.astimezone(clock).isoformat(timespec="minutes") if free else "",
            ]  # fmt: skip


@at_work("GET", roles=MANAGING)
def refunds_file(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Each refund by itself, and what of it the shop bore; as CSV, streamed, order by order."""
    head = [_("Order"), _("Time"), _("Because of"), _("Given back"), _("Borne by others"), _("Commission given back"), _("Borne by you"), _("Currency")]  # fmt: skip
    causes = {
        "case": _("After-sales"), "promise": _("A guarantee"), "chargeback": _("A buyer's bank took it back"),
        "order": _("The order itself"),
    }  # fmt: skip
    return sheets.table(head, _refund_rows(seat, causes), f"{seat.shop.slug}-refunds.csv")


def _refund_rows(seat: Seat, causes: Mapping[str, str]) -> Iterator[list[object]]:
    clock = zone(seat.shop.timezone)
    for found in _all(seat):
        for one in settlement.outgoing([each.settled.order_id for each in found]):
            yield [
                one.number, one.at.astimezone(clock).isoformat(timespec="minutes"),
                causes.get(one.cause_kind, one.cause_kind), one.amount.amount, one.borne.amount,
                one.commission_back.amount, one.cost.amount, one.amount.currency,
            ]  # fmt: skip
