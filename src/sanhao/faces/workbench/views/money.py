"""Money: what the shop has, what moved it, and the same as a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.faces.ui import sheets
from sanhao.faces.ui.cards import Bar, Tab
from sanhao.faces.ui.format import lang_of
from sanhao.faces.workbench.forms import PaidInForm
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, page, sentence, tell
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.deadline import start_of_day, zone
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal

ACCOUNTS = ("balance", "deposit", "receivable", "escrow", "reserve", "payouts")
_ON_A_PAGE, _AT_ONCE = 40, 500
_PLAIN = re.compile(r"-?\d+(\.\d+)?")


def account_words() -> dict[str, str]:
    return {
        "balance": _("Balance"), "deposit": _("Deposit"), "receivable": _("Owed to the platform"),
        "escrow": _("Held for orders on their way"), "reserve": _("In reserve"), "payouts": _("On the way to the bank"),
    }  # fmt: skip


def kind_words() -> dict[str, str]:
    """What moved money, in words; a kind that is not here is shown by its name."""
    return {
        "shop.balance_paid_in": _("Paid in to the balance"), "shop.deposit_paid_in": _("Paid in as deposit"),
        "promise.compensation": _("Compensation for a broken promise"), "promise.reversed": _("Given back after an appeal"),
        "checkout.paid": _("An order was paid"), "order.second_leg": _("The buyer's part of the second leg, to its courier"),
        "refund": _("Refund to a buyer"),
        "chargeback.taken": _("A buyer's bank took it back"), "chargeback.won": _("A buyer's bank gave it back"), "coupon_lapsed": _("Compensation of goods that came back, to who paid it"), "refund.parked": _("Compensation that waits for the rest of its order"), "aftersales.borne": _("A refund that somebody else bore"),
        "coupon_taken_over": _("Given back after an appeal"), "coupon_given_back": _("Coupon of a cancelled order"),
        "coupon_expired": _("A coupon expired unused"), "settlement.released": _("An order's money is yours"),
        "settlement.commission": _("Commission"), "settlement.commission_back": _("Commission given back"),
        "settlement.clawback": _("Refund after you had the money"), "settlement.reserve": _("Kept in reserve"),
        "settlement.reserve_used": _("Reserve used for a refund"), "settlement.reserve_freed": _("Reserve freed"),
        "payout.drafted": _("Payout prepared"), "payout.paid": _("Paid out to your bank"),
        "payout.failed": _("Payout came back"), "payout.returned": _("Payout sent back by the bank"),
        "refund.shares": _("Discount given back to its funder"), "shop.deposit_raised": _("Moved to the deposit"),
        "case.pickup_fee": _("A return collected at the door"), "case.pickup_fee_back": _("Given back after an appeal"),
        "label.price": _("A courier's label"), "label.back": _("A label the courier voided"),
        "label.overturned": _("Given back after an appeal"),
        "case.return_freight": _("For sending goods back"),
        "case.stop_fee": _("A parcel the courier brought back"), "case.stop_fee_back": _("Given back after an appeal"),
        "settlement.repaid": _("A refund the platform had paid ahead"), "sweep.freight": _("For sending goods back"),
        "promise.carrier_claim": _("Paid in by the carrier"), "coupon_returned": _("A coupon expired unused"),
        "manual.deposit_in": _("Deposit received"), "manual.balance_in": _("Payment received"),
        "manual.deposit_back": _("Deposit given back"), "manual.goodwill": _("From the platform"),
        "manual.charge": _("Charged by the platform"), "manual.write_off": _("Debt written off"),
        "manual.reversed": _("Given back after an appeal"),
    }  # fmt: skip


def _account(request: HttpRequest) -> str:
    asked = request.GET.get("account", "balance")
    return asked if asked in ACCOUNTS else "balance"


def id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@at_work("GET", roles=MANAGING)
def money(request: HttpRequest, seat: Seat) -> HttpResponse:
    return _money(request, seat, PaidInForm(currency=seat.shop.currency, initial={"key": new_id()}))


def _money(request: HttpRequest, seat: Seat, form: PaidInForm) -> HttpResponse:
    account = _account(request)
    lines = ledger.statement(
        account, str(seat.shop.id), seat.shop.currency, limit=_ON_A_PAGE + 1,
        before=id_of(request.GET.get("before", "")),
    )  # fmt: skip
    words, base = account_words(), reverse("workbench:money", args=[seat.shop.slug])
    given = {
        **_whereabouts(seat), "pages": pages_of_money(seat, "money"),
        "has": shops.money_of(seat.shop.id), "account": account, "lines": lines[:_ON_A_PAGE],
        "next": lines[_ON_A_PAGE - 1].posting_id if len(lines) > _ON_A_PAGE else None,
        "kinds": kind_words(), "form": form, "paged": "before" in request.GET,
        "tabs": [Tab(f"{base}?account={code}", words[code], code == account) for code in ACCOUNTS],
        "desk": "two",
    }  # fmt: skip
    return page(request, seat, "money", given, status=422 if form.is_bound else 200)


def pages_of_money(seat: Seat, current: str) -> list[Tab]:
    """The pages about money, as tabs."""
    names = {
        "money": _("Where it is"), "by_order": _("Order by order"), "month": _("Month by month"), "payouts": _("Payouts"), "bills": _("Commission"),
        "invoices": _("Invoices"),
    }  # fmt: skip
    return [Tab(reverse(f"workbench:{name}", args=[seat.shop.slug]), said, name == current) for name, said in names.items()]  # fmt: skip


def _whereabouts(seat: Seat) -> dict[str, object]:
    """On its way, waiting and for what, at the bank: all but the movements."""
    shop = seat.shop
    local = seat.now.astimezone(zone(shop.timezone)).date()
    seen = settlement.overview(
        shop.id, shop.currency, month_start=start_of_day(local.replace(day=1), shop.timezone), now=seat.now
    )
    on_its_way = seen.undated + seen.dated + seen.stopped
    parts = (
        (_("Not delivered yet"), seen.undated, 4), (_("Waits for the after-sales time to end"), seen.dated, 2),
        (_("Stopped"), seen.stopped, 1), (_("In reserve"), seen.reserve, 3),
    )  # fmt: skip
    bars = [Bar(label, sum.minor, sum.format(lang_of(translation.get_language())), tone) for label, sum, tone in parts if sum]  # fmt: skip
    return {
        "seen": seen, "on_its_way": on_its_way, "bars": bars, "stopped": settlement.stopped(shop.id, limit=20),
        "coming": settlement.coming(shop.id, shop.currency, timezone=shop.timezone),
        "payee": settlement.payees([shop.id]).get(shop.id),
    }  # fmt: skip


@at_work("POST", roles=MANAGING)
def paid_in(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Play money, so that a demo world can go on: nowhere else does a form make money."""
    if not kit_time.is_demo():
        raise Http404
    form = PaidInForm(request.POST, currency=seat.shop.currency)
    if form.is_valid():
        said = form.cleaned_data
        pay = {"balance": shops.top_up, "deposit": shops.pay_deposit}[said["to"]]
        try:
            pay(seat.shop.id, said["amount"], now=seat.now, key=f"demo.paid_in:{seat.shop.id}:{said['key']}")
        except Refusal as no:
            form.add_error("amount", sentence(no))
        else:
            tell(request, _("The sandbox bank has sent it."))
            return redirect("workbench:money", seat.shop.slug)
    return _money(request, seat, form)


def _rows(seat: Seat, account: str, words: Mapping[str, str]) -> Iterator[list[object]]:
    """The whole statement, a page of the book at a time."""
    zone_of_shop, last = zone(seat.shop.timezone), None
    while True:
        lines = ledger.statement(account, str(seat.shop.id), seat.shop.currency, limit=_AT_ONCE, before=last)
        for line in lines:
            yield [
                line.at.astimezone(zone_of_shop).isoformat(timespec="seconds"), words.get(line.kind, line.kind),
                _signed(account, line), line.amount.currency, f"{line.cause_kind} {line.cause_id}",
                line.decision_id or "", line.key,
            ]  # fmt: skip
        if len(lines) < _AT_ONCE:
            return
        last = lines[-1].posting_id


def _signed(account: str, line: ledger.StatementLine) -> str:
    """As the shop reads it: what it has grows with plus; what it owes grows with plus too."""
    return str(line.amount.amount if account == "receivable" else -line.amount.amount)


@at_work("GET", roles=MANAGING)
def statement(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """The statement of one account as CSV, streamed: it may be long."""
    account = _account(request)
    head = [_("Time"), _("What happened"), _("Amount"), _("Currency"), _("About"), _("Decision"), _("Entry")]
    name = f"{seat.shop.slug}-{account}-{seat.now.astimezone(zone(seat.shop.timezone)):%Y%m%d}.csv"
    return sheets.table(head, _rows(seat, account, kind_words()), name)
