"""The books: balances by code and currency, entries, the audit, the export for an independent auditor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from sanhao.books.ledger import api as ledger
from sanhao.faces.control import words
from sanhao.faces.control.staff import StaffRequest, page
from sanhao.faces.control.views.common import names_of, query, uuid_of, words_of
from sanhao.faces.ui import sheets
from sanhao.faces.ui.cards import Bar
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.kit.choices import one_of
from sanhao.kit.money import Money

_KEEPERS = ("admin", "finance")
_PAGE = 30
_TONES = {"asset": 4, "liability": 3, "expense": 1, "income": 2}


@page(*_KEEPERS)
def index(request: StaffRequest) -> HttpResponse:
    """What stands where, by currency."""
    given = {"currencies": _by_currency(ledger.totals()), "report": None, "now": time.now()}
    return render(request, "control/books.html", given)


def _by_currency(totals: Iterable[ledger.Total]) -> list[dict[str, object]]:
    found: dict[str, list[ledger.Total]] = defaultdict(list)
    order = list(ledger.CHART)
    for total in totals:
        found[total.amount.currency].append(total)
    return [
        {
            "currency": currency, "rows": sorted(rows, key=lambda row: order.index(row.code)), "sum": sum((row.amount for row in rows), Money.zero(currency)),
            "bars": [_bar(row) for row in sorted(rows, key=lambda row: -abs(row.amount.minor)) if row.amount],
        }
        for currency, rows in found.items()
    ]  # fmt: skip


def _bar(total: ledger.Total) -> Bar:
    """The size of an account, whichever side it stands on."""
    size = total.amount if total.amount.minor > 0 else -total.amount
    tone = _TONES[ledger.CHART[total.code].kind]
    return Bar(words.word(words.CODES, total.code), size.minor, size.format(words.lang()), tone)


@page(*_KEEPERS)
def audit(request: StaffRequest) -> HttpResponse:
    """Sum the whole book up anew, on demand; for htmx only the result."""
    report, names = ledger.audit(), names_of(shops.all_shops())
    given = {
        "report": report, "sums": [Money(minor, currency) for currency, minor in report.sums.items()], "names": names,
        "drifted": [
            (ref, Money(kept, ref.currency), Money(summed, ref.currency)) for ref, (kept, summed) in report.drifted.items()
        ],
        "now": time.now(),
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "control/parts/audit.html", given)
    return render(request, "control/books.html", given | {"currencies": _by_currency(ledger.totals())})


@page(*_KEEPERS)
def entries(request: StaffRequest) -> HttpResponse:
    """The book itself, the last written first."""
    cards = shops.all_shops()
    shop = uuid_of(request.GET.get("shop"))
    code, kind = one_of(request.GET.get("code"), ledger.CHART), words_of(request.GET.get("kind"), 40) or None
    found = ledger.entries(
        code=code, kind=kind, holder=str(shop) if shop else None, limit=_PAGE + 1,
        before=uuid_of(request.GET.get("before")),
    )  # fmt: skip
    given = {
        "entries": found[:_PAGE], "more": query(request, before=found[_PAGE - 1].id) if len(found) > _PAGE else "",
        "code": code, "kind": kind, "shop": shop, "shops": cards, "names": names_of(cards), "now": time.now(),
        "codes": words.CODES, "kinds": words.ENTRIES, "filtered": bool(code or kind or shop),
    }  # fmt: skip
    return render(request, "control/entries.html", given)


@page(*_KEEPERS)
def export(request: StaffRequest) -> StreamingHttpResponse:
    """The whole book as a beancount file, streamed from one snapshot."""
    return sheets.download(ledger.beancount(), "sanhao.beancount", "text/plain")
