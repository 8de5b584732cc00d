"""Payouts to the shop's bank: the list, where they go, and moving money to the deposit."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sanhao.books.settlement import api as settlement
from sanhao.faces.workbench.forms import BankForm, DepositForm
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, page, sentence, tell
from sanhao.faces.workbench.views.money import pages_of_money
from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal

_ON_A_PAGE = 30
_FIELDS = {"payee.account": "account", "payee.name": "holder"}


@at_work("GET", roles=MANAGING)
def payouts(request: HttpRequest, seat: Seat) -> HttpResponse:
    return _page(request, seat, BankForm(), _deposit(seat))


def _deposit(seat: Seat) -> DepositForm:
    return DepositForm(currency=seat.shop.currency, initial={"key": new_id()})


def _page(request: HttpRequest, seat: Seat, bank: BankForm, deposit: DepositForm) -> HttpResponse:
    try:
        before = UUID(request.GET.get("before", ""))
    except ValueError:
        before = None
    found = settlement.payouts(seat.shop.id, limit=_ON_A_PAGE + 1, before=before)
    given = {
        "pages": pages_of_money(seat, "payouts"), "payouts": found[:_ON_A_PAGE], "paged": before is not None,
        "next": found[_ON_A_PAGE - 1].id if len(found) > _ON_A_PAGE else None,
        "payee": settlement.payees([seat.shop.id]).get(seat.shop.id), "bank": bank, "deposit": deposit,
        "has": shops.money_of(seat.shop.id), "desk": "two",
    }  # fmt: skip
    return page(request, seat, "payouts", given, status=422 if bank.is_bound or deposit.is_bound else 200)


@at_work("POST", roles=("owner",))
def bank(request: HttpRequest, seat: Seat) -> HttpResponse:
    """An owner says where the money goes."""
    form = BankForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        payee = settlement.Payee(said["holder"], said["bank"], said["account"])
        try:
            shops.enter_bank_details(seat.shop.id, payee, by=seat.person_id, now=seat.now)
        except Refusal as no:
            form.add_error(_FIELDS.get(no.code), sentence(no))
        else:
            tell(request, _("Saved. Everybody who manages the shop has been told."))
            return redirect("workbench:payouts", seat.shop.slug)
    return _page(request, seat, form, _deposit(seat))


@at_work("POST", roles=("owner",))
def deposit(request: HttpRequest, seat: Seat) -> HttpResponse:
    """An owner moves money from the balance to the deposit."""
    form = DepositForm(request.POST, currency=seat.shop.currency)
    if form.is_valid():
        said = form.cleaned_data
        key = f"deposit.raised:{seat.shop.id}:{said['key']}"
        try:
            shops.raise_deposit(seat.shop.id, said["amount"], by=seat.person_id, key=key, now=seat.now)
        except Refusal as no:
            form.add_error("amount", sentence(no))
        else:
            tell(request, _("Moved to the deposit."))
            return redirect("workbench:payouts", seat.shop.slug)
    return _page(request, seat, BankForm(), form)
