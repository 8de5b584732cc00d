"""Invoices (发票): a buyer asks, the shop uploads or declines with a reason; a refund afterwards asks for a correction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from sanhao.books.settlement import papers
from sanhao.books.settlement.core import INVOICING, InvoiceWish, InvoicingTerms, check_wish
from sanhao.books.settlement.events import InvoiceAnswered, InvoiceAsked
from sanhao.books.settlement.models import INVOICE
from sanhao.books.settlement.queries.papers import no_invoice
from sanhao.books.settlement.rules import terms_at
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.kit.two_people import check_reason


@transaction.atomic
def ask_invoice(
    order_id: UUID, wish: InvoiceWish, *, person_id: UUID, amount_minor: int, now: datetime
) -> UUID:
    """The buyer of a paid order (the caller has made sure) wants an invoice over what they paid and have not got back.

    Raises Invalid for a title or number that cannot be, Refusal ``invoice.once``, ``invoice.nothing``.
    """
    wish = check_wish(wish)
    rows = fetch("SELECT shop_id, currency FROM settlement_settlement WHERE id = %s FOR UPDATE", [order_id])
    if not rows:
        raise NotFound("order.unknown", zh="没有找到这个订单。", en="There is no such order.")
    if amount_minor <= 0:
        raise Refusal("invoice.nothing", zh="货款已全部退回，没有可开票的金额。",
                      en="Everything went back: there is nothing to invoice.")  # fmt: skip
    terms = terms_at(INVOICING, InvoicingTerms, now)
    id, shop_id = new_id(), rows[0]["shop_id"]
    try:
        with transaction.atomic():
            copy_rows(
                "settlement_invoice",
                ("id", "settlement_id", "shop_id", "person_id", "title_kind", "title", "tax_id", "email",
                 "amount_minor", "currency", "asked_at", "due_at"),
                [(id, order_id, shop_id, person_id, wish.kind, wish.title, wish.tax_id, wish.email, amount_minor,
                  rows[0]["currency"], now, now + timedelta(days=terms.issue_days))],
            )  # fmt: skip
    except IntegrityError:
        raise Refusal("invoice.once", zh="这个订单已经申请过发票。",
                      en="An invoice has been asked for this order.") from None  # fmt: skip
    emit([InvoiceAsked(id, order_id, shop_id, False)], at=now)
    return id


@transaction.atomic
def withdraw_invoice(invoice_id: UUID, *, person_id: UUID, now: datetime) -> None:
    """The buyer does not want it after all, or asks anew with another title. Raises NotFound, Refusal."""
    if not fetch(
        "SELECT 1 FROM settlement_invoice WHERE id = %s AND person_id = %s", [invoice_id, person_id]
    ):
        raise no_invoice()
    INVOICE.move_one(invoice_id, "withdrawn", at=now, by=person_id, also={"due_at": None})


def issue_invoice(
    invoice_id: UUID, paper: bytes, *, shop_id: UUID, by: UUID, number: str = "", now: datetime
) -> None:
    """The shop hands in the invoice, or the red one that corrects it. Raises NotFound, Invalid ``invoice.file``,
    Refusal ``invoice.moved_on``."""
    papers.check(paper)
    number = number.strip()
    if len(number) > 40 or not number.isprintable():
        raise Invalid(
            "invoice.number", zh="发票号码最多40个字符。", en="An invoice number has at most 40 characters."
        )
    _of_shop(invoice_id, shop_id)
    name = papers.keep(paper)
    with transaction.atomic():
        row = _of_shop(invoice_id, shop_id, lock=True)
        if row["state"] == "red_asked":
            also = {"due_at": None, "red_paper": name, "red_number": number, "corrected_at": now}
            INVOICE.move_one(invoice_id, "corrected", at=now, by=by, also=also)
        else:
            also = {"due_at": None, "paper": name, "number": number, "issued_at": now}
            INVOICE.move_one(invoice_id, "issued", at=now, by=by, also=also)
        emit([InvoiceAnswered(invoice_id, row["settlement_id"], row["person_id"],
                              "corrected" if row["state"] == "red_asked" else "issued", "")], at=now)  # fmt: skip


@transaction.atomic
def decline_invoice(invoice_id: UUID, reason: str, *, shop_id: UUID, by: UUID, now: datetime) -> None:
    """The shop cannot issue it, and says why; the buyer may ask again. Raises NotFound, Invalid, Refusal."""
    words = check_reason(reason, "invoice.reason")
    row = _of_shop(invoice_id, shop_id, lock=True)
    INVOICE.move_one(invoice_id, "declined", at=now, by=by, also={"due_at": None, "reason": words})
    emit([InvoiceAnswered(invoice_id, row["settlement_id"], row["person_id"], "declined", words)], at=now)


def follow_refunds(lost: Mapping[UUID, int], *, now: datetime) -> None:
    """What a shop loses of these orders is no longer invoiced: what was asked for shrinks, for what was issued a red
    invoice is asked. Joins the refund's transaction, under the settlements' locks."""
    if not lost:
        return
    rows = fetch(
        "SELECT id, settlement_id, shop_id, state, amount_minor, red_minor FROM settlement_invoice "
        "WHERE settlement_id = ANY(%s) AND state IN ('asked', 'issued', 'red_asked', 'corrected') ORDER BY id FOR UPDATE",
        [list(lost)],
    )
    if not rows:
        return
    waiting = [row for row in rows if row["state"] == "asked"]
    if waiting:
        execute(
            "UPDATE settlement_invoice i SET amount_minor = greatest(0, i.amount_minor - l.minor) "
            "FROM unnest(%s::uuid[], %s::bigint[]) AS l (id, minor) WHERE i.id = l.id",
            [[row["id"] for row in waiting], [lost[row["settlement_id"]] for row in waiting]],
        )
        gone = [row["id"] for row in waiting if row["amount_minor"] <= lost[row["settlement_id"]]]
        INVOICE.move_rows(gone, "withdrawn", at=now, also={"due_at": None})
    issued = [row for row in rows if row["state"] != "asked" and row["red_minor"] < row["amount_minor"]]
    if not issued:
        return
    due = now + timedelta(days=terms_at(INVOICING, InvoicingTerms, now).red_days)
    fresh = [row["id"] for row in issued if row["state"] != "red_asked"]
    INVOICE.move_rows(fresh, "red_asked", at=now, also={"due_at": due})
    execute(
        "UPDATE settlement_invoice i SET red_minor = least(i.amount_minor, i.red_minor + l.minor), due_at = %s "
        "FROM unnest(%s::uuid[], %s::bigint[]) AS l (id, minor) WHERE i.id = l.id",
        [due, [row["id"] for row in issued], [lost[row["settlement_id"]] for row in issued]],
    )
    emit([InvoiceAsked(row["id"], row["settlement_id"], row["shop_id"], True) for row in issued], at=now)


def _of_shop(invoice_id: UUID, shop_id: UUID, *, lock: bool = False) -> Row:
    rows = fetch(
        "SELECT id, settlement_id, person_id, state FROM settlement_invoice WHERE id = %s AND shop_id = %s"
        + (" FOR UPDATE" if lock else ""),
        [invoice_id, shop_id],
    )
    if not rows:
        raise no_invoice()
    return rows[0]
