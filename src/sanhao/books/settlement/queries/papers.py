"""Reading bills, credit notes, invoices and money moved by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch


class BillView(msgspec.Struct, frozen=True):
    """A month's commission of one shop; *net* is what the platform keeps."""

    id: UUID
    number: str
    month: date
    shop_id: UUID
    taken: Money
    given_back: Money
    orders: int
    notes: int
    issued_at: datetime

    @property
    def net(self) -> Money:
        return self.taken - self.given_back


def bills(shop_id: UUID, *, limit: int = 24) -> list[BillView]:
    """A shop's bills, the last month first."""
    rows = fetch(
        "SELECT id, number, month, shop_id, currency, taken_minor, given_back_minor, orders, notes, issued_at "
        "FROM settlement_bill WHERE shop_id = %s ORDER BY month DESC, currency LIMIT %s",
        [shop_id, limit],
    )
    return [
        BillView(
            row["id"], row["number"], row["month"], row["shop_id"], Money(row["taken_minor"], row["currency"]),
            Money(row["given_back_minor"], row["currency"]), row["orders"], row["notes"], row["issued_at"],
        )
        for row in rows
    ]  # fmt: skip


class CreditNoteView(msgspec.Struct, frozen=True):
    id: UUID
    number: str
    order_id: UUID
    order_number: str
    amount: Money
    at: datetime


def credit_notes(shop_id: UUID, *, limit: int = 50) -> list[CreditNoteView]:
    """Commission that was given back to a shop, the last first."""
    rows = fetch(
        "SELECT n.id, n.number, s.id AS order_id, s.number AS order_number, n.amount_minor, n.currency, n.at "
        "FROM settlement_creditnote n JOIN settlement_settlement s ON s.id = n.settlement_id "
        "WHERE n.shop_id = %s ORDER BY n.at DESC, n.id LIMIT %s",
        [shop_id, limit],
    )
    return [CreditNoteView(amount=Money(row.pop("amount_minor"), row.pop("currency")), **row) for row in rows]


class InvoiceView(msgspec.Struct, frozen=True):
    """An invoice as its two parties read it. *red* is what a correction takes off."""

    id: UUID
    order_id: UUID
    order_number: str
    shop_id: UUID
    person_id: UUID
    state: str
    kind: str
    title: str
    tax_id: str
    email: str
    amount: Money
    red: Money
    asked_at: datetime
    due_at: datetime | None
    number: str
    paper: str
    issued_at: datetime | None
    red_number: str
    red_paper: str
    corrected_at: datetime | None
    reason: str

    def overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now


_INVOICE = (
    "i.id, i.settlement_id AS order_id, s.number AS order_number, i.shop_id, i.person_id, i.state, "
    "i.title_kind AS kind, i.title, i.tax_id, i.email, i.amount_minor, i.red_minor, i.currency, i.asked_at, i.due_at, "
    "i.number, i.paper, i.issued_at, i.red_number, i.red_paper, i.corrected_at, i.reason "
    "FROM settlement_invoice i JOIN settlement_settlement s ON s.id = i.settlement_id"
)


def invoice_of(order_id: UUID, *, person_id: UUID) -> InvoiceView | None:
    """The last invoice this buyer asked for of an order."""
    found = _invoices("i.settlement_id = %(order)s AND i.person_id = %(person)s ORDER BY i.asked_at DESC, i.id DESC LIMIT 1",
                      {"order": order_id, "person": person_id})  # fmt: skip
    return found[0] if found else None


def invoices(shop_id: UUID, *, waiting: bool = False, limit: int = 50) -> list[InvoiceView]:
    """What buyers asked of a shop: what waits first, the most urgent on top; then the rest, last asked first."""
    return _invoices(
        f"i.shop_id = %(shop)s {'AND i.due_at IS NOT NULL' if waiting else ''} "
        "ORDER BY i.due_at IS NULL, i.due_at, i.asked_at DESC, i.id LIMIT %(limit)s",
        {"shop": shop_id, "limit": limit},
    )


def invoice(invoice_id: UUID, *, shop_id: UUID) -> InvoiceView:
    """One invoice of a shop. Raises NotFound."""
    found = _invoices("i.id = %(id)s AND i.shop_id = %(shop)s", {"id": invoice_id, "shop": shop_id})
    if not found:
        raise no_invoice()
    return found[0]


def no_invoice() -> NotFound:
    return NotFound("invoice.unknown", zh="没有这张发票。", en="There is no such invoice.")


def _invoices(where: str, params: Mapping[str, object]) -> list[InvoiceView]:
    views = []
    for row in fetch(f"SELECT {_INVOICE} WHERE {where}", params):
        currency = row.pop("currency")
        amount, red = Money(row.pop("amount_minor"), currency), Money(row.pop("red_minor"), currency)
        views.append(InvoiceView(amount=amount, red=red, **row))
    return views


class ManualView(msgspec.Struct, frozen=True):
    """Money to be moved by hand, and who said what about it."""

    id: UUID
    kind: str
    shop_id: UUID | None
    amount: Money
    reason: str
    state: str
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    answer: str
    decision_id: UUID | None


def manual_money(*, waiting: bool = False, limit: int = 100) -> list[ManualView]:
    """What was proposed, what waits first."""
    return _manual(
        f"{_WAITS if waiting else 'true'} ORDER BY state <> 'proposed', proposed_at DESC, id LIMIT %(limit)s",
        {"limit": limit},
    )


def one_manual(id: UUID) -> ManualView:
    """Raises NotFound."""
    found = _manual("id = %(id)s", {"id": id})
    if not found:
        raise NotFound("manual.unknown", zh="没有这条申请。", en="There is no such proposal.")
    return found[0]


_WAITS = "state = 'proposed'"


def _manual(where: str, params: Mapping[str, Any]) -> list[ManualView]:
    rows = fetch(
        "SELECT id, kind, shop_id, amount_minor, currency, reason, state, proposed_by_id AS proposed_by, proposed_at, "
        f"decided_by_id AS decided_by, decided_at, answer, decision_id FROM settlement_manualmoney WHERE {where}",
        params,
    )
    return [ManualView(amount=Money(row.pop("amount_minor"), row.pop("currency")), **row) for row in rows]
