"""Money that a buyer's bank takes back by itself: heard once, booked in full, never paid a second time by a refund.

Whoever owns what was paid for is told in the same transaction and says what of it it bears; then refunds that have not
left yet are stopped, for their buyer has the money now; what is still left was given back twice, and is the platform's to
contest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.ledger.api import PLATFORM, EntryDraft, Ref, post
from sanhao.books.payments.core import Disputed
from sanhao.books.payments.events import DisputeWon, PaymentDisputed, PaymentRestored
from sanhao.books.payments.models import CHARGEBACK_STATES, REFUND_STATES
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, NotFound
from sanhao.kit.rows import execute, fetch, together


class Borne(msgspec.Struct, frozen=True):
    """*minor* of a chargeback is borne out of *debit*, for *part_id* (an order)."""

    part_id: UUID
    debit: Ref
    minor: int


def hear(gateway: str, said: Disputed, *, now: datetime) -> None:
    """What a gateway says of a dispute. Saying it again changes nothing; a dispute may be heard of by its end first.

    Raises NotFound for a payment that is not ours, Invalid for another currency.
    """
    with transaction.atomic():
        rows = fetch(
            "SELECT id, subject_kind, subject_id, currency, gateway FROM payments_payment "
            "WHERE gateway = %s AND gateway_ref = %s AND gateway_ref <> '' AND state = 'paid'",
            [gateway, said.payment_ref],
        )
        if not rows:
            raise NotFound("payments.no_payment", zh="没有这笔支付。", en="There is no such payment.")
        payment = rows[0]
        if payment["currency"] != said.currency or said.amount_minor <= 0:
            raise Invalid("payments.amount_differs", zh="回调的金额与支付不符。",
                          en="The callback's amount is not the payment's.")  # fmt: skip
        opened = fetch(
            "INSERT INTO payments_chargeback (id, payment_id, ref, amount_minor, currency, reason, opened_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (payment_id, ref) DO NOTHING RETURNING id",
            [new_id(), payment["id"], said.ref[:80], said.amount_minor, said.currency, said.reason, now],
        )
        if opened:
            _open(opened[0]["id"], payment, said, now)
        if said.outcome != "open":
            _close(payment, said, now)


def _open(id: UUID, payment: Row, said: Disputed, now: datetime) -> None:
    # Owners lock what is theirs before the payment, as they do for a refund; so they are told first.
    emit(
        [PaymentDisputed(id, payment["id"], payment["subject_kind"], payment["subject_id"], said.amount_minor, said.currency)],
        at=now,
    )  # fmt: skip
    [row] = fetch("SELECT parts::text AS parts FROM payments_chargeback WHERE id = %s", [id])
    borne = sum(minor for _, _, minor in msgspec.json.decode(row["parts"]))
    if borne < said.amount_minor:
        _beyond(id, payment, said.amount_minor - borne, now)


def bear(chargeback_id: UUID, parts: Sequence[Borne], *, now: datetime) -> None:
    """The owner of what was paid for bears *parts* of a chargeback, out of accounts that hold them: in the transaction
    that told it. Never more than is left of the payment."""
    parts = [part for part in parts if part.minor]
    if not parts:
        return
    with together():
        [row] = fetch(
            "SELECT c.id, c.currency, p.gateway, c.payment_id FROM payments_chargeback c "
            "JOIN payments_payment p ON p.id = c.payment_id WHERE c.id = %s FOR UPDATE OF p",
            [chargeback_id],
        )
        total = sum(part.minor for part in parts)
        execute(
            "UPDATE payments_payment SET refunded_minor = refunded_minor + %s WHERE id = %s",
            [total, row["payment_id"]],
        )
        stored = [(str(part.part_id), part.debit, part.minor) for part in parts]
        execute(
            "UPDATE payments_chargeback SET parts = %s::jsonb WHERE id = %s",
            [msgspec.json.encode(stored).decode(), chargeback_id],
        )
        lines = [(part.debit, part.minor) for part in parts]
        _post(row, "taken", (*lines, (Ref("gateway", row["gateway"], row["currency"]), -total)), now)


def _beyond(id: UUID, payment: Row, minor: int, now: datetime) -> None:
    """What nobody bears: refunds that have not left are stopped, the rest is the platform's loss."""
    gateway = Ref("gateway", payment["gateway"], payment["currency"])
    stop, stopped = [], 0
    for row in fetch(
        "SELECT id, amount_minor FROM payments_refund WHERE payment_id = %s AND state IN ('requested', 'failed') "
        "ORDER BY id FOR UPDATE",
        [payment["id"]],
    ):
        if stopped + row["amount_minor"] <= minor:
            stop.append(row["id"])
            stopped += row["amount_minor"]
    REFUND_STATES.move_rows(stop, "stopped", at=now, also={"finished_at": now, "reason": f"chargeback:{id}"})
    execute("UPDATE payments_chargeback SET stopped_minor = %s WHERE id = %s", [stopped, id])
    lines = [(Ref("refunds", PLATFORM, payment["currency"]), stopped), (Ref("goodwill", PLATFORM, payment["currency"]), minor - stopped)]  # fmt: skip
    _post({"id": id, "currency": payment["currency"]}, "beyond", (*(line for line in lines if line[1]), (gateway, -minor)), now)  # fmt: skip


def _close(payment: Row, said: Disputed, now: datetime) -> None:
    moved = CHARGEBACK_STATES.move_rows(
        [row["id"] for row in fetch("SELECT id FROM payments_chargeback WHERE payment_id = %s AND ref = %s", [payment["id"], said.ref[:80]])],
        said.outcome, at=now, also={"closed_at": now}, returning=("amount_minor", "currency", "stopped_minor", "parts"),
    )  # fmt: skip
    for row in moved if said.outcome == "won" else []:
        parts = msgspec.json.decode(row["parts"]) if isinstance(row["parts"], str) else row["parts"]
        borne = sum(minor for *_, minor in parts)
        emit(
            [DisputeWon(row["id"], payment["id"], payment["subject_kind"], payment["subject_id"],
                        tuple((UUID(id), minor) for id, _, minor in parts), row["currency"], payment["gateway"])],
            at=now,
        )  # fmt: skip
        execute(
            "UPDATE payments_payment SET refunded_minor = refunded_minor - %s WHERE id = %s",
            [borne, payment["id"]],
        )
        again = fetch(
            "SELECT id FROM payments_refund WHERE payment_id = %s AND state = 'stopped' AND reason = %s ORDER BY id",
            [payment["id"], f"chargeback:{row['id']}"],
        )
        REFUND_STATES.move_rows(
            [one["id"] for one in again], "requested", at=now,
            also={"finished_at": None, "reason": "", "next_try_at": now},
        )  # fmt: skip
        rest = row["amount_minor"] - borne
        lines = [(Ref("refunds", PLATFORM, row["currency"]), -row["stopped_minor"]),
                 (Ref("goodwill", PLATFORM, row["currency"]), row["stopped_minor"] - rest)]  # fmt: skip
        if rest:
            gateway = Ref("gateway", payment["gateway"], row["currency"])
            _post(row, "won", ((gateway, rest), *(line for line in lines if line[1])), now)
        emit(
            [PaymentRestored(row["id"], payment["id"], payment["subject_kind"], payment["subject_id"])],
            at=now,
        )


def _post(row: Row, step: str, lines: tuple[tuple[Ref, int], ...], now: datetime) -> None:
    post(
        [
            EntryDraft(
                new_id(), f"chargeback:{row['id']}:{step}", f"chargeback.{step}", now, row["currency"], lines,
                "chargeback", row["id"],
            )
        ]
    )  # fmt: skip
