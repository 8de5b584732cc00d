"""Shops as the platform sees them: standing, money, who works there, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from sanhao.books.ledger import api as ledger
from sanhao.faces.control.staff import EVERYBODY, StaffRequest, page
from sanhao.faces.control.views.common import names_of, words_of
from sanhao.fairness.decisions import api as decisions
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.people import api as people

_LATELY = 12


def _money(cards: Sequence[shops.ShopCard]) -> dict[UUID, shops.ShopMoney]:
    """What the books say of many shops, in one query."""
    refs = {
        (card.id, code): ledger.Ref(code, str(card.id), card.currency)
        for card in cards for code in ("balance", "deposit", "receivable")
    }  # fmt: skip
    found = ledger.balances(refs.values())
    return {
        card.id: shops.ShopMoney(
            -found[refs[card.id, "balance"]], -found[refs[card.id, "deposit"]], found[refs[card.id, "receivable"]]
        )
        for card in cards
    }  # fmt: skip


@page(*EVERYBODY)
def index(request: StaffRequest) -> HttpResponse:
    """All shops with their money; a word in the search narrows them."""
    wanted = words_of(request.GET.get("q"), 60).lower()
    every = shops.all_shops()
    cards = [
        card for card in every
        if wanted in f"{card.slug} {card.name.zh} {card.name.en}".lower()
    ]  # fmt: skip
    held = _money(cards)
    given = {
        "shops": [(card, held[card.id]) for card in cards],
        "q": wanted,
        "desk": "one",
        "count": len(every),
        "now": time.now(),
    }
    return render(request, "control/shops.html", given)


@page(*EVERYBODY)
def one(request: StaffRequest, slug: str) -> HttpResponse:
    """One shop: money and its last movements, members, decisions."""
    card = shops.by_slug(slug)
    members = shops.members(card.id)
    given = {
        "shop": card, "money": _money([card])[card.id], "members": members, "now": time.now(),
        "people": people.cards([member.person_id for member in members]), "names": names_of([card]),
        "decisions": decisions.recent(shop_id=card.id, limit=_LATELY),
        "statement": ledger.statement("balance", str(card.id), card.currency, limit=_LATELY),
        "may_mail": request.may("admin", "support"), "may_books": request.may("admin", "finance"),
    }  # fmt: skip
    return render(request, "control/shop.html", given)
