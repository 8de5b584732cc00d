"""A month of the shop's money, line by line, and the bills for the platform's commission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from sanhao.books.settlement import api as settlement
from sanhao.faces.ui import sheets
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, page
from sanhao.faces.workbench.views.money import account_words, kind_words, pages_of_money
from sanhao.kit.deadline import start_of_day, zone
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import one_view

_MOST = 300


@at_work("GET", roles=MANAGING)
def month(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Opening, lines, closing: they add up, purse by purse, and are what the ledger says."""
    first, since, until = _month(request, seat)
    with one_view():  # of the book, for all three
        opening = settlement.standing_at(seat.shop.id, seat.shop.currency, since)
        lines = list(islice(settlement.statement(seat.shop.id, seat.shop.currency, since, until), _MOST + 1))
        closing = settlement.standing_at(seat.shop.id, seat.shop.currency, until)
    shown, words, purses = lines[:_MOST], kind_words(), account_words()
    given = {
        "pages": pages_of_money(seat, "month"), "first": first, "key": f"{first:%Y-%m}",
        "earlier": f"{_shifted(first, -1):%Y-%m}", "later": f"{_shifted(first, 1):%Y-%m}" if until <= seat.now else "",
        "rows": [(line, words.get(line.kind, line.kind), *_sums(seat, line), _moves(seat, line, purses)) for line in shown],
        "more": len(lines) > _MOST, "opening": _purses(seat, opening), "closing": _purses(seat, closing),
        "opening_sum": Money(opening.sum, seat.shop.currency), "closing_sum": Money(closing.sum, seat.shop.currency),
        "desk": "one",
    }  # fmt: skip
    return page(request, seat, "month", given)


def _sums(seat: Seat, line: settlement.Line) -> tuple[Money, Money, Money, Money]:
    currency = seat.shop.currency
    return (
        Money(line.gross, currency), Money(line.shares, currency), Money(line.commission, currency),
        Money(line.net, currency),
    )  # fmt: skip


def _moves(seat: Seat, line: settlement.Line, words: dict[str, str]) -> list[tuple[str, Money]]:
    """Where it went, for a line that touches more than one purse."""
    if len(line.moves) < 2:
        return []
    return [(words[code], Money(minor, seat.shop.currency)) for code, minor in line.moves.items()]


def _purses(seat: Seat, standing: settlement.Standings) -> list[tuple[str, Money]]:
    words = account_words()
    return [
        (words[code], Money(minor, seat.shop.currency)) for code, minor in standing.purses.items() if minor
    ]


def _month(request: HttpRequest, seat: Seat) -> tuple[date, datetime, datetime]:
    """The month asked for, and its ends on the shop's clock. Raises Invalid for what is no month."""
    asked = request.GET.get("m", "")
    local = seat.now.astimezone(zone(seat.shop.timezone)).date()
    try:
        first = date.fromisoformat(f"{asked}-01") if asked else local.replace(day=1)
        since, until = (start_of_day(day, seat.shop.timezone) for day in (first, _shifted(first, 1)))
    except (ValueError, OverflowError):
        raise Invalid("money.month", zh="没有这个月份。", en="There is no such month.") from None
    return first, since, until


def _shifted(month: date, by: int) -> date:
    index = month.year * 12 + month.month - 1 + by
    return date(index // 12, index % 12 + 1, 1)


@at_work("GET", roles=MANAGING)
def month_file(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """The whole month as CSV, streamed: every line with what it did to each purse."""
    first, since, until = _month(request, seat)
    purses = account_words()
    head = [_("Time"), _("What happened"), _("Order"), _("Gross"), _("Paid by others"), _("Commission"), _("Net"),
            *(str(purses[code]) for code in settlement.PURSES), _("Currency")]  # fmt: skip
    ends = (_("At the beginning"), _("At the end"))
    return sheets.table(
        head, _rows(seat, since, until, kind_words(), ends), f"{seat.shop.slug}-{first:%Y-%m}.csv"
    )


def _rows(
    seat: Seat, since: datetime, until: datetime, words: Mapping[str, str], ends: tuple[str, str]
) -> Iterator[list[object]]:
    """Each line of the month between what the purses held at its *ends*, read in one transaction."""
    zone_of_shop, currency = zone(seat.shop.timezone), seat.shop.currency

    def amount(minor: int) -> str:
        return str(Money(minor, currency).amount)

    def standing(at: datetime, said: str) -> list[object]:
        found = settlement.standing_at(seat.shop.id, currency, at)
        return [at.astimezone(zone_of_shop).isoformat(timespec="seconds"), said, "", "", "", "", amount(found.sum),
                *(amount(found.purses[code]) for code in settlement.PURSES), currency]  # fmt: skip

    with one_view():
        yield standing(since, ends[0])
        for line in settlement.statement(seat.shop.id, currency, since, until):
            yield [
                line.at.astimezone(zone_of_shop).isoformat(timespec="seconds"), words.get(line.kind, line.kind),
                line.number, amount(line.gross), amount(line.shares), amount(line.commission), amount(line.net),
                *(amount(line.moves.get(code, 0)) for code in settlement.PURSES), currency,
            ]  # fmt: skip
        yield standing(until, ends[1])


@at_work("GET", roles=MANAGING)
def bills(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What the platform kept of each month, and what it gave back after refunds."""
    given = {
        "pages": pages_of_money(seat, "bills"), "bills": settlement.bills(seat.shop.id),
        "notes": settlement.credit_notes(seat.shop.id), "desk": "two",
    }  # fmt: skip
    return page(request, seat, "bills", given)
