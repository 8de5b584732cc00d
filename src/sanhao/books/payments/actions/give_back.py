"""Giving money back: ask for a refund (once, never more than was paid), and record what the gateway made of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.ledger.api import PLATFORM, EntryDraft, Ref, post
from sanhao.books.payments.core import lease
from sanhao.books.payments.events import RefundCompleted, RefundFailed
from sanhao.books.payments.models import REFUND_STATES
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch, together
from sanhao.people.api import require_role

Debit = Ref | tuple[tuple[Ref, int], ...]


class RefundDraft(msgspec.Struct, frozen=True):
    """Money back to who paid for a subject, out of *debit*: one account, or several with their parts.

    *key* exists once. *payment_id* names the payment where several were made for one subject; else one that was paid
    and has enough left is taken.
    """

    key: str
    payment_subject_kind: str
    payment_subject_id: UUID
    amount_minor: int
    currency: str
    debit: Debit
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None = None
    payment_id: UUID | None = None

    @property
    def lines(self) -> tuple[tuple[Ref, int], ...]:
        return ((self.debit, self.amount_minor),) if isinstance(self.debit, Ref) else self.debit


def refunds_account(currency: str) -> Ref:
    """Money on its way to buyers."""
    return Ref("refunds", PLATFORM, currency)


def refund(drafts: Sequence[RefundDraft], *, now: datetime) -> dict[str, UUID]:
    """Ask for refunds, all or none; returns their ids by key. A key asked for before is left as it is, nothing is
    asked for an amount of zero. Keepers send them.

    Raises Refusal ``payments.refund_exceeds`` (more than was paid and not yet given back) or ``payments.not_paid``,
    Invalid for a negative amount or a debit that does not add up to it.
    """
    for draft in drafts:
        if draft.amount_minor < 0 or sum(amount for _, amount in draft.lines) != draft.amount_minor:
            raise Invalid("payments.refund_amount", zh="退款金额不对。", en="The refund's amount is wrong.")
    with together():
        payments = _lock([draft for draft in drafts if draft.amount_minor])
        known = _known(drafts)
        fresh = {d.key: d for d in reversed(drafts) if d.amount_minor and d.key not in known}
        chosen = [(draft, _choose(draft, payments)) for draft in reversed(fresh.values())]
        ids = new_ids(len(chosen))
        _write(list(zip(ids, chosen, strict=True)), now)
    return known | {draft.key: id for id, (draft, _) in zip(ids, chosen, strict=True)}


def _lock(drafts: Sequence[RefundDraft]) -> dict[UUID, list[Row]]:
    """Paid payments by subject, locked in order of id."""
    by_subject: dict[UUID, list[Row]] = defaultdict(list)
    if drafts:
        for row in fetch(
            "SELECT id, subject_kind, subject_id, currency, amount_minor - refunded_minor AS left_minor "
            "FROM payments_payment WHERE subject_id = ANY(%s) AND state = 'paid' ORDER BY id FOR UPDATE",
            [list({draft.payment_subject_id for draft in drafts})],
        ):
            by_subject[row["subject_id"]].append(row)
    return by_subject


def _known(drafts: Sequence[RefundDraft]) -> dict[str, UUID]:
    """Looked up under the payments' locks: two who ask for the same refund at once ask for one."""
    return asked_for([draft.key for draft in drafts])


def asked_for(keys: Sequence[str]) -> dict[str, UUID]:
    """Which of these refunds were asked for before, and their ids."""
    rows = fetch("SELECT key, id FROM payments_refund WHERE key = ANY(%s)", [list(keys)])
    return {row["key"]: row["id"] for row in rows}


def _choose(draft: RefundDraft, payments: Mapping[UUID, list[Row]]) -> Row:
    """The payment to take it from; what is left of it runs down within the batch."""
    paid = [
        row
        for row in payments.get(draft.payment_subject_id, ())
        if row["subject_kind"] == draft.payment_subject_kind and draft.payment_id in (None, row["id"])
    ]
    if not paid:
        raise Refusal(
            "payments.not_paid", zh="这笔没有付过款，不能退。", en="Nothing was paid that could go back."
        )
    for row in paid:
        if row["currency"] == draft.currency and row["left_minor"] >= draft.amount_minor:
            row["left_minor"] -= draft.amount_minor
            return row
    raise Refusal(
        "payments.refund_exceeds", zh="退款超过了已付金额。", en="More would go back than was paid."
    )


def _write(chosen: Sequence[tuple[UUID, tuple[RefundDraft, Row]]], now: datetime) -> None:
    if not chosen:
        return
    back: dict[UUID, int] = defaultdict(int)
    for _, (draft, row) in chosen:
        back[row["id"]] += draft.amount_minor
    execute(
        "UPDATE payments_payment p SET refunded_minor = p.refunded_minor + b.amount "
        "FROM unnest(%s::uuid[], %s::bigint[]) AS b (id, amount) WHERE p.id = b.id",
        [list(back), list(back.values())],
    )
    copy_rows(
        "payments_refund",
        ("id", "key", "payment_id", "amount_minor", "currency", "cause_kind", "cause_id", "decision_id",
         "requested_at", "next_try_at"),
        [
            (id, draft.key, row["id"], draft.amount_minor, draft.currency, draft.cause_kind, draft.cause_id,
             draft.decision_id, now, now)
            for id, (draft, row) in chosen
        ],
    )  # fmt: skip
    post(
        [
            EntryDraft(
                new_id(), f"refund:{draft.key}", "refund", now, draft.currency,
                (*draft.lines, (refunds_account(draft.currency), -draft.amount_minor)),
                draft.cause_kind, draft.cause_id, draft.decision_id,
            )
            for _, (draft, _) in chosen
        ]
    )  # fmt: skip


def claimed(rows: Sequence[Row], now: datetime) -> None:
    """These refunds are being sent. If nothing is recorded before their lease ends they are sent again."""
    REFUND_STATES.move([row["id"] for row in rows], "sent", at=now)
    execute(
        "UPDATE payments_refund r SET tries = r.tries + 1, next_try_at = n.at "
        "FROM unnest(%s::uuid[], %s::timestamptz[]) AS n (id, at) WHERE r.id = n.id",
        [[row["id"] for row in rows], [now + lease(row["tries"] + 1) for row in rows]],
    )


def record(done: Sequence[UUID], refused: Mapping[UUID, str], *, now: datetime) -> None:
    """What the gateway made of refunds that were sent. Recording twice is recording once."""
    with transaction.atomic():
        gone = [row["id"] for row in REFUND_STATES.move_rows(done, "done", at=now, also={"finished_at": now})]
        reasons = {"reason": ("text", [reason[:300] for reason in refused.values()])}
        failed = [
            row["id"]
            for row in REFUND_STATES.move_rows(
                list(refused), "failed", at=now, also={"finished_at": now}, each=reasons
            )
        ]
        rows = fetch(
            """
            SELECT r.id, r.key, r.payment_id, p.subject_kind, p.subject_id, r.amount_minor, r.currency, r.cause_kind,
                   r.cause_id, r.decision_id, r.state, r.reason, p.gateway
            FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id
            WHERE r.id = ANY(%s) ORDER BY r.id
            """,
            [gone + failed],
        )
        post([_paid_out(row, now) for row in rows if row["state"] == "done"])
        emit([_fact(row) for row in rows], at=now)


def _paid_out(row: Row, now: datetime) -> EntryDraft:
    currency, amount = row["currency"], row["amount_minor"]
    lines = ((refunds_account(currency), amount), (Ref("gateway", row["gateway"], currency), -amount))
    return EntryDraft(
        new_id(), f"refund:{row['key']}:done", "refund_paid_out", now, currency, lines,
        row["cause_kind"], row["cause_id"], row["decision_id"],
    )  # fmt: skip


def _fact(row: Row) -> RefundCompleted | RefundFailed:
    said = (row["id"], row["key"], row["payment_id"], row["subject_kind"], row["subject_id"], row["amount_minor"],
            row["currency"], row["cause_kind"], row["cause_id"])  # fmt: skip
    return RefundCompleted(*said) if row["state"] == "done" else RefundFailed(*said, row["reason"])


def send_again(refund_id: UUID, *, by: UUID | None, now: datetime) -> None:
    """A person saw to a refund the gateway had refused: try once more. Raises Refusal ``refund.moved_on``, Forbidden for
    all but admins and finance; *by* None is a command on the machine itself."""
    if by is not None:
        require_role(by, "admin", "finance")
    with transaction.atomic():
        again = {"finished_at": None, "reason": "", "next_try_at": now}
        if not REFUND_STATES.move_rows([refund_id], "requested", at=now, by=by, also=again):
            raise Refusal(
                "refund.moved_on", zh="这笔退款不在等待处理。", en="This refund is not waiting for anybody."
            )
