"""Taking money: begin, hear what the gateway says, and ask where it says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sanhao.books.payments.actions import chargeback
from sanhao.books.payments.core import FIRST_QUESTION, GIVE_UP, Callback, Disputed, next_question
from sanhao.books.payments.events import PaymentFailed, PaymentSucceeded
from sanhao.books.payments.gateways import gateway as gateway_named
from sanhao.books.payments.models import OPEN, PAYMENT_STATES
from sanhao.books.payments.queries import PaymentView, no_payment, payment_of
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch, together

_LARGEST_BODY = 64 * 1024


def begin(
    *,
    subject_kind: str,
    subject_id: UUID,
    person_id: UUID,
    amount: Money,
    gateway: str = "",
    now: datetime,
) -> PaymentView:
    """A payment for a subject, through *gateway* (the site's where none is named); what costs nothing is paid at once. Beginning again while one is open gives that one.

    Raises Refusal ``payments.paid_already`` or ``payments.amount_changed``, NotFound for an unknown gateway.
    """
    gateway = gateway or settings.GATEWAY
    gateway_named(gateway)
    if amount.minor < 0:
        raise Invalid("payments.amount", zh="金额不能为负。", en="An amount cannot be negative.")
    free = not amount
    id = new_id()
    with together():
        rows = fetch(
            """
            INSERT INTO payments_payment (id, subject_kind, subject_id, attempt, person_id, amount_minor, currency,
                                          gateway, gateway_ref, state, refunded_minor, created_at, paid_at, poll_at,
                                          polls)
            SELECT %(id)s, %(kind)s, %(subject)s, before.attempts + 1, %(person)s, %(amount)s, %(currency)s,
                   %(gateway)s, '', %(state)s, 0, %(now)s, %(paid_at)s, %(poll_at)s, 0
            FROM (SELECT coalesce(max(attempt), 0) AS attempts,
                         coalesce(bool_or(state IN ('created', 'pending', 'paid')), false) AS standing
                  FROM payments_payment WHERE subject_kind = %(kind)s AND subject_id = %(subject)s) before
            WHERE NOT before.standing
            ON CONFLICT (subject_id, subject_kind, attempt) DO NOTHING
            RETURNING attempt
            """,
            {"id": id, "kind": subject_kind, "subject": subject_id, "person": person_id, "amount": amount.minor,
             "currency": amount.currency, "gateway": gateway, "state": "paid" if free else "created", "now": now,
             "paid_at": now if free else None, "poll_at": None if free else now + FIRST_QUESTION},
        )  # fmt: skip
        if not rows:
            return _standing(subject_kind, subject_id, amount)
        if free:
            emit([PaymentSucceeded(id, subject_kind, subject_id, 0, amount.currency, now, gateway)], at=now)
    return PaymentView(
        id, subject_kind, subject_id, rows[0]["attempt"], person_id, amount, gateway, "",
        "paid" if free else "created", Money.zero(amount.currency), now, now if free else None,
    )  # fmt: skip


def _standing(subject_kind: str, subject_id: UUID, amount: Money) -> PaymentView:
    """The attempt that stands in the way of another one."""
    standing = payment_of(subject_kind, subject_id)
    assert standing is not None
    if standing.state == "paid":
        raise Refusal("payments.paid_already", zh="已经付过了。", en="This is paid already.")
    if standing.amount != amount:
        raise Refusal("payments.amount_changed", zh="应付金额变了，请重新下单。",
                      en="The amount has changed. Please place the order again.")  # fmt: skip
    return standing


def told(payment_id: UUID, ref: str, *, now: datetime) -> None:
    """The gateway knows of the payment now, under *ref*."""
    with transaction.atomic():
        PAYMENT_STATES.move_rows([payment_id], "pending", at=now, also={"gateway_ref": ref[:80]})


def heard(gateway: str, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
    """A callback arrived. Verified, heard once however often it comes; tells PaymentSucceeded or PaymentFailed.

    Raises Forbidden ``payments.forged``, Invalid (unreadable, too large, another amount), NotFound.
    """
    if len(body) > _LARGEST_BODY:
        raise Invalid("payments.too_large", zh="回调太大。", en="The callback is too large.")
    lower = {name.lower(): value for name, value in headers.items()}
    said = gateway_named(gateway).parse_callback(body, lower)
    if isinstance(said, Disputed):
        chargeback.hear(gateway, said, now=now)
    elif said is not None:
        hear(gateway, said, now=now)


def hear(gateway: str, said: Callback, *, now: datetime) -> None:
    """What a gateway says of a payment, by callback or when asked. What it said before changes nothing."""
    with transaction.atomic():
        moved = _paid(said, now) if said.outcome == "paid" else _declined(said, now)
        if not moved:
            _check_known(gateway, said)
            return
        [row] = moved
        if (row["gateway"], row["amount_minor"], row["currency"]) != (
            gateway,
            said.amount_minor,
            said.currency,
        ):
            raise _differs()
        if said.outcome == "paid":
            emit(
                [PaymentSucceeded(row["id"], row["subject_kind"], row["subject_id"], row["amount_minor"],
                                  row["currency"], row["paid_at"], gateway)],
                at=now,
            )  # fmt: skip
        else:
            emit([PaymentFailed(row["id"], row["subject_kind"], row["subject_id"])], at=now)


_TOLD = ("subject_kind", "subject_id", "amount_minor", "currency", "gateway", "paid_at")


def _paid(said: Callback, now: datetime) -> list[Row]:
    # Paid when the gateway says so, but never in our future: its clock may be ahead.
    also = {"paid_at": min(said.at, now), "poll_at": None, "gateway_ref": said.ref[:80]}
    return PAYMENT_STATES.move_rows([said.payment_id], "paid", at=now, also=also, returning=_TOLD)


def _declined(said: Callback, now: datetime) -> list[Row]:
    return PAYMENT_STATES.move_rows(
        [said.payment_id], "failed", at=now, also={"poll_at": None}, returning=_TOLD
    )


def _check_known(gateway: str, said: Callback) -> None:
    if not fetch("SELECT 1 FROM payments_payment WHERE id = %s AND gateway = %s", [said.payment_id, gateway]):
        raise no_payment()


def _differs() -> Invalid:
    return Invalid("payments.amount_differs", zh="回调的金额与支付不符。",
                   en="The callback's amount is not the payment's.")  # fmt: skip


def asked(rows: Sequence[Row], now: datetime) -> None:
    """These payments are being asked after: the next time is later each time, and after a day there is none."""
    old = [row["id"] for row in rows if now - row["created_at"] >= GIVE_UP]
    PAYMENT_STATES.move_rows(old, "expired", at=now, also={"poll_at": None})
    young = [row for row in rows if now - row["created_at"] < GIVE_UP]
    execute(
        "UPDATE payments_payment p SET polls = p.polls + 1, poll_at = n.at "
        "FROM unnest(%s::uuid[], %s::timestamptz[]) AS n (id, at) WHERE p.id = n.id AND p.state = ANY(%s)",
        [[row["id"] for row in young], [now + next_question(row["polls"] + 1) for row in young], list(OPEN)],
    )
