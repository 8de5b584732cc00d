"""Where a shop's money goes, how much it is trusted, and whether payouts to it stand still."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import transaction

from sanhao.books.settlement.core import NEUTRAL, PAYOUT, Payee, PayoutTerms, check_payee, next_payout
from sanhao.books.settlement.events import PayeeChanged
from sanhao.books.settlement.rules import terms_at
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, NotFound
from sanhao.kit.rows import copy_rows, execute, fetch, together
from sanhao.people.api import require_role


class ShopStanding(msgspec.Struct, frozen=True):
    """What payouts need to know of a shop."""

    shop_id: UUID
    currency: str
    standing: str = NEUTRAL


def set_standing(told: Sequence[ShopStanding]) -> None:
    """Written down by whoever knows; the terms of `settlement.payout` for a standing hold from the next release on."""
    with together():
        execute(
            """
            INSERT INTO settlement_payee (id, currency, standing)
            SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[]) ON CONFLICT (id) DO UPDATE
            SET standing = excluded.standing
            """,
            [[t.shop_id for t in told], [t.currency for t in told], [t.standing for t in told]],
        )


@transaction.atomic
def enter_payee(shop_id: UUID, payee: Payee, *, currency: str, by: UUID, now: datetime) -> datetime:
    """Bank details of a shop, by somebody who may (the caller has asked). Returns from when on money goes there.

    The first ones are good at once; changed ones wait for some days (a term), and everybody of the shop is told: who
    steals a password must not empty the till overnight. The same details again change nothing. Raises Invalid.
    """
    payee = check_payee(payee)
    execute(
        "INSERT INTO settlement_payee (id, currency) VALUES (%s, %s) ON CONFLICT (id) DO NOTHING",
        [shop_id, currency],
    )
    [row] = fetch("SELECT * FROM settlement_payee WHERE id = %s FOR UPDATE", [shop_id])
    if (row["holder"], row["bank"], row["account"]) == (payee.holder, payee.bank, payee.account):
        return row["next_at"] or now
    wait = timedelta(days=terms_at(PAYOUT, PayoutTerms, now).for_(row["standing"]).changed_days)
    first = not row["account"]
    next_at = next_payout(now if first else now + wait, settings.TIME_ZONE)
    execute(
        """
        UPDATE settlement_payee SET holder = %s, bank = %s, account = %s, changed_at = %s, next_at = %s,
            paused = CASE WHEN paused_at IS NULL THEN '' ELSE paused END
        WHERE id = %s
        """,
        [payee.holder, payee.bank, payee.account, now, next_at, shop_id],
    )
    change = new_id()
    copy_rows(
        "settlement_payeechange",
        ("id", "payee_id", "holder", "bank", "ending", "by_id", "at"),
        [(change, shop_id, payee.holder, payee.bank, payee.ending, by, now)],
    )
    emit([PayeeChanged(shop_id, change, payee.bank, payee.ending, next_at)], at=now)
    return next_at


@transaction.atomic
def pause_payouts(shop_id: UUID, reason: str, *, by: UUID, now: datetime) -> None:
    """Finance stops payouts to a shop, saying why; an empty *reason* lets them go on. Raises NotFound, Invalid."""
    require_role(by, "admin", "finance")
    words = reason.strip()
    if len(words) > 300 or (words and not words.isprintable()):
        raise Invalid("payout.reason", zh="原因最多300字。", en="A reason has at most 300 characters.")
    rows = fetch("SELECT id, paused FROM settlement_payee WHERE id = %s FOR UPDATE", [shop_id])
    if not rows:
        raise NotFound("payee.unknown", zh="这家店还没有收款账户。", en="This shop has no bank details yet.")
    execute(
        "UPDATE settlement_payee SET paused = %s, paused_at = %s WHERE id = %s",
        [words, now if words else None, shop_id],
    )
    copy_rows(
        "kit_history",
        ("id", "subject", "subject_id", "source", "target", "at", "by_id", "note"),
        [(new_id(), "payouts", shop_id, "paused" if rows[0]["paused"] else "open", "paused" if words else "open",
          now, by, words)],
    )  # fmt: skip
