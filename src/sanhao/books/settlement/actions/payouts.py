"""Payouts: drafted in batches once a day, handed to the bank, and what the bank made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.ledger.api import PLATFORM, Credit, EntryDraft, Ref
from sanhao.books.settlement.core import PAYOUT as RULE
from sanhao.books.settlement.core import PayoutTerms, TransferAnswer, lease, next_payout
from sanhao.books.settlement.events import PayoutFailed, PayoutPaid, PayoutSent
from sanhao.books.settlement.models import PAYOUT
from sanhao.books.settlement.rules import terms_at
from sanhao.kit.events import Event, emit
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.rows import copy_rows, execute, fetch


def draft_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: shops whose payout time has come. What is on the balance and not too fresh leaves for the bank.

    Whoever owes the platform has no balance: what is owed is repaid at every release.
    """
    rule = terms_at(RULE, PayoutTerms, now)
    terms = {row["id"]: rule.for_(row["standing"]) for row in rows}
    fresh = _fresh(rows, terms, now)
    execute(
        "UPDATE settlement_payee SET next_at = %s WHERE id = ANY(%s)",
        [next_payout(now, settings.TIME_ZONE), [row["id"] for row in rows]],
    )
    refs = {row["id"]: Ref("balance", str(row["id"]), row["currency"]) for row in rows}
    balances = ledger.lock_balances(refs.values())
    amounts = {row["id"]: -balances[refs[row["id"]]] - fresh.get(row["id"], 0) for row in rows}
    by_currency: dict[str, list[Row]] = {}
    for row in rows:
        if amounts[row["id"]] >= terms[row["id"]].minimum_minor:
            by_currency.setdefault(row["currency"], []).append(row)
    batches = list(zip(new_ids(len(by_currency)), by_currency.items(), strict=True))
    copy_rows(
        "settlement_payoutbatch",
        ("id", "bank", "currency", "payouts", "total_minor", "drafted_at"),
        [
            (id, settings.BANK, currency, len(own), sum(amounts[row["id"]] for row in own), now)
            for id, (currency, own) in batches
        ],
    )
    drafted = [(batch, row) for batch, (_, own) in batches for row in own]
    ids = new_ids(len(drafted))
    copy_rows(
        "settlement_payout",
        ("id", "batch_id", "shop_id", "amount_minor", "currency", "via", "holder", "bank", "account", "drafted_at",
         "next_try_at"),
        [
            (id, batch, row["id"], amounts[row["id"]], row["currency"], settings.BANK, row["holder"], row["bank"],
             row["account"], now, now)
            for id, (batch, row) in zip(ids, drafted, strict=True)
        ],
    )  # fmt: skip
    ledger.post(
        [
            _entry(
                id,
                "drafted",
                refs[row["id"]],
                _on_its_way(row["id"], row["currency"]),
                amounts[row["id"]],
                now,
            )
            for id, (_, row) in zip(ids, drafted, strict=True)
        ]
    )


def _fresh(rows: Sequence[Row], terms: Mapping[UUID, PayoutTerms], now: datetime) -> dict[UUID, int]:
    """What of the shops' balances was released too lately to leave already."""
    found = fetch(
        """
        SELECT s.shop_id, sum(s.released_minor - s.charged_minor)::bigint AS minor FROM settlement_settlement s
        JOIN unnest(%s::uuid[], %s::timestamptz[]) AS w (id, since) ON w.id = s.shop_id AND s.released_at > w.since
        WHERE s.state = 'released' GROUP BY s.shop_id
        """,
        [[row["id"] for row in rows], [now - timedelta(days=terms[row["id"]].delay_days) for row in rows]],
    )
    return {row["shop_id"]: max(0, row["minor"]) for row in found}


def claimed(rows: Sequence[Row], now: datetime) -> None:
    """These payouts are being handed to the bank. If nothing is recorded before their lease ends, it is asked again."""
    sent = PAYOUT.move_rows(
        [row["id"] for row in rows], "sent", at=now, returning=("shop_id", "amount_minor", "currency")
    )
    execute(
        "UPDATE settlement_payout p SET tries = p.tries + 1, next_try_at = n.at "
        "FROM unnest(%s::uuid[], %s::timestamptz[]) AS n (id, at) WHERE p.id = n.id",
        [[row["id"] for row in rows], [now + lease(row["tries"] + 1) for row in rows]],
    )
    emit(
        [PayoutSent(row["id"], row["shop_id"], row["amount_minor"], row["currency"]) for row in sent], at=now
    )


def record(answers: Mapping[UUID, TransferAnswer], *, now: datetime) -> None:
    """What the bank made of payouts. Recording twice is recording once; what it would not take, or sent back, is on
    the shop's balance again, and payouts to that account stand still until the shop has looked at it."""
    with transaction.atomic():
        paid = _move(answers, "done", "paid", now)
        failed = _move(answers, "refused", "failed", now)
        returned = _move(answers, "returned", "returned", now)
        back = failed + returned
        _pause(back)
        ledger.credit_shops(
            [
                Credit(f"payout:{row['id']}:back", f"payout.{state}", row["shop_id"], row["amount_minor"],
                       row["currency"], source, "payout", row["id"])
                for rows, state in ((failed, "failed"), (returned, "returned"))
                for row in rows
                for source in (
                    _on_its_way(row["shop_id"], row["currency"]) if state == "failed" else _bank(row["currency"]),
                )
            ],
            now=now,
        )  # fmt: skip
        ledger.post(
            [
                _entry(row["id"], "paid", _on_its_way(row["shop_id"], row["currency"]), _bank(row["currency"]),
                       row["amount_minor"], now)
                for row in paid
            ]
        )  # fmt: skip
        facts: list[Event] = [
            PayoutPaid(row["id"], row["shop_id"], row["amount_minor"], row["currency"]) for row in paid
        ]
        facts += [
            PayoutFailed(row["id"], row["shop_id"], row["amount_minor"], row["currency"], row["reason"])
            for row in back
        ]
        emit(facts, at=now)


def _move(answers: Mapping[UUID, TransferAnswer], outcome: str, state: str, now: datetime) -> list[Row]:
    told = {id: answer for id, answer in answers.items() if answer.outcome == outcome}
    if not told:
        return []
    columns = {
        "reason": ("text", [answer.reason[:300] for answer in told.values()]),
        "bank_ref": ("text", [answer.ref[:80] for answer in told.values()]),
    }
    return PAYOUT.move_rows(
        list(told), state, at=now, also={"finished_at": now}, each=columns,
        returning=("shop_id", "amount_minor", "currency", "account", "reason"),
    )  # fmt: skip


def _pause(back: Sequence[Row]) -> None:
    """Nothing more to an account that sent money back; a shop that has entered another since is not touched."""
    if back:
        execute(
            "UPDATE settlement_payee p SET paused = b.reason FROM unnest(%s::uuid[], %s::text[], %s::text[]) "
            "AS b (id, account, reason) WHERE p.id = b.id AND p.account = b.account AND p.paused = ''",
            [[row["shop_id"] for row in back], [row["account"] for row in back],
             [row["reason"] or "the bank sent it back" for row in back]],
        )  # fmt: skip


def _on_its_way(shop_id: UUID, currency: str) -> Ref:
    return Ref("payouts", str(shop_id), currency)


def _bank(currency: str) -> Ref:
    return Ref("bank", PLATFORM, currency)


def _entry(id: UUID, step: str, debit: Ref, credit: Ref, minor: int, now: datetime) -> EntryDraft:
    lines = ((debit, minor), (credit, -minor))
    return EntryDraft(
        new_id(), f"payout:{id}:{step}", f"payout.{step}", now, debit.currency, lines, "payout", id
    )
