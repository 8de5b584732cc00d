"""Debts of buyers: what was paid ahead of goods that did not come back. A buyer pays one whole, and has it again where it turns
out that nothing was owed.

A debt is told, shown and asked for; nothing is ever kept from another refund for it. Money that comes for what is not
owed any more goes straight back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.payments.events import PaymentSucceeded
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales.case import OVER
from sanhao.service.aftersales.debts import SUBJECT, no_debt
from sanhao.service.aftersales.events import DebtChanged
from sanhao.service.aftersales.models import ADVANCE

CAUSE = "case"


def account(person_id: UUID, currency: str) -> ledger.Ref:
    """What a buyer owes the platform."""
    return ledger.Ref("buyer_owes", str(person_id), currency)


def pay_debt(case_id: UUID, *, person_id: UUID, now: datetime) -> payments.PaymentView:
    """Begin to pay what is owed of a case, all of it. Beginning again while a payment is open gives that one.

    Raises NotFound for what is not this person's, Refusal ``debt.settled`` where nothing is owed (any more),
    ``debt.open_again`` while the case is being looked at again.
    """
    with transaction.atomic():
        rows = fetch(
            "SELECT a.id, a.state, a.owed_minor, a.currency, a.person_id, c.state AS case_state "
            "FROM aftersales_advance a JOIN aftersales_case c ON c.id = a.case_id "
            "WHERE a.case_id = %s AND a.person_id = %s FOR UPDATE OF a",
            [case_id, person_id],
        )
        if not rows:
            raise no_debt()
        [row] = rows
        require_owed(row)
        if row["case_state"] not in OVER:
            raise Refusal(
                "debt.open_again",
                zh="这件售后正在重新处理，先不用还。",
                en="This is being looked at again: there is nothing to pay for now.",
            )
        execute(
            "UPDATE aftersales_repayment SET closed_at = %s "
            "WHERE advance_id = %s AND closed_at IS NULL AND amount_minor <> %s",
            [now, row["id"], row["owed_minor"]],
        )
        execute(
            "INSERT INTO aftersales_repayment (id, advance_id, currency, amount_minor, opened_at) "
            "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (advance_id) WHERE closed_at IS NULL DO NOTHING",
            [new_id(), row["id"], row["currency"], row["owed_minor"], now],
        )
        [asked] = fetch(
            "SELECT id FROM aftersales_repayment WHERE advance_id = %s AND closed_at IS NULL", [row["id"]]
        )
        return payments.begin(
            subject_kind=SUBJECT,
            subject_id=asked["id"],
            person_id=person_id,
            amount=Money(row["owed_minor"], row["currency"]),
            now=now,
        )


def paid(batch: Sequence[News[PaymentSucceeded]]) -> None:
    """Now-listener: in the transaction that learnt of the payment, one at a time as gateways call."""
    for news in batch:
        if news.fact.subject_kind == SUBJECT:
            _take(news)


def _take(news: News[PaymentSucceeded]) -> None:
    """What is owed is cleared; what is not owed any more goes straight back."""
    fact = news.fact
    row = lock(fact.subject_id)
    taken = min(fact.amount_minor, row["owed_minor"]) if row["state"] == "owed" else 0
    gateway, owes = (
        ledger.Ref("gateway", fact.gateway, fact.currency),
        account(row["person_id"], fact.currency),
    )
    lines = ((gateway, fact.amount_minor), (owes, -fact.amount_minor))
    ledger.post([entry(f"debt:{fact.payment_id}:paid", "debt.paid", row, fact.paid_at, lines)])
    if taken:
        clear(row["advance_id"], taken, news.at)
        execute(
            "UPDATE aftersales_repayment SET payment_id = %s, taken_minor = %s, closed_at = coalesce(closed_at, %s) "
            "WHERE id = %s",
            [fact.payment_id, taken, news.at, row["id"]],
        )
    over = fact.amount_minor - taken
    payments.refund([back(row, f"debt:{fact.payment_id}:over", fact.payment_id, over)], now=news.at)
    told = [("cleared", taken), ("returned", over)]
    events.emit([changed(row, what, minor) for what, minor in told if minor], at=news.at)


def clear(advance_id: UUID, minor: int, now: datetime) -> None:
    """Nothing is owed of this (locked) advance any more."""
    ADVANCE.move_rows([advance_id], "cleared", at=now, also={"owed_minor": 0, "cleared_minor": minor})


def give_back(ended: Sequence[tuple[Row, int]], *, now: datetime) -> None:
    """Of these advances (locked; with what their cases came to) some had been paid back: the buyer has that again."""
    due = {row["id"]: row for row, minor in ended if row["state"] == "cleared" and minor}
    if not due:
        return
    left = {row["id"]: minor for row, minor in ended}
    drafts, backs, told = [], [], []
    for one in fetch(
        "SELECT id, advance_id, payment_id, taken_minor - back_minor - bank_minor AS left_minor "
        "FROM aftersales_repayment WHERE advance_id = ANY(%s) AND taken_minor > back_minor + bank_minor "
        "ORDER BY id FOR UPDATE",
        [list(due)],
    ):
        row = due[one["advance_id"]]
        minor = min(left[row["id"]], one["left_minor"])
        left[row["id"]] -= minor
        backs.append((one["id"], minor))
        drafts.append(back({**row, "id": one["id"]}, f"debt:{one['id']}:back", one["payment_id"], minor))
        told.append(changed(row, "given_back", minor))
    execute(
        "UPDATE aftersales_repayment r SET back_minor = r.back_minor + w.minor "
        "FROM unnest(%s::uuid[], %s::bigint[]) AS w (id, minor) WHERE r.id = w.id",
        [[id for id, _ in backs], [minor for _, minor in backs]],
    )
    payments.refund(drafts, now=now)
    events.emit(told, at=now)


def lock(repayment_id: UUID) -> Row:
    """A repayment with its advance, both locked: the advance's state and sums, under the repayment's id."""
    [row] = fetch(
        "SELECT r.id, r.advance_id, r.payment_id, r.taken_minor, r.back_minor, r.bank_minor, r.currency, a.state, "
        "a.owed_minor, a.case_id, a.order_id, a.person_id "
        "FROM aftersales_repayment r JOIN aftersales_advance a ON a.id = r.advance_id WHERE r.id = %s FOR UPDATE",
        [repayment_id],
    )
    return row


def back(row: Row, key: str, payment_id: UUID, minor: int) -> payments.RefundDraft:
    """So much of a payment that was made for the repayment `id` goes back to the buyer."""
    owes = account(row["person_id"], row["currency"])
    return payments.RefundDraft(
        key, SUBJECT, row["id"], minor, row["currency"], owes, CAUSE, row["case_id"], payment_id=payment_id
    )


def entry(
    key: str,
    kind: str,
    row: Row,
    at: datetime,
    lines: tuple[tuple[ledger.Ref, int], ...],
    decision_id: UUID | None = None,
) -> ledger.EntryDraft:
    """An entry caused by the case that the debt is of."""
    return ledger.EntryDraft(
        new_id(), key, kind, at, row["currency"], lines, CAUSE, row["case_id"], decision_id
    )


def changed(row: Row, what: str, minor: int) -> DebtChanged:
    """The fact for later listeners: *what* became of so much of a debt."""
    return DebtChanged(row["case_id"], row["order_id"], row["person_id"], what, minor, row["currency"])


def require_owed(row: Row) -> None:
    """Refuses ``debt.settled``."""
    if row["state"] != "owed":
        raise Refusal("debt.settled", zh="这笔钱已经不用还了。", en="Nothing is owed here any more.")
