"""What a checkout does with coupons: sets them aside, spends them once it is paid, or lets go of them.

No money moves here. Whoever spends them books where it goes: a coupon claimed from an issue costs its funder nothing
before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sanhao.books.ledger.api import PLATFORM
from sanhao.books.wallet.core.coupons import Reserved, Use
from sanhao.books.wallet.core.stacking import Ticket, first_clash, fits, in_scope
from sanhao.books.wallet.models import COUPON_STATES
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.kit.rows import fetch, together


def reserve(
    coupon_ids: Sequence[UUID],
    *,
    person_id: UUID,
    for_id: UUID,
    now: datetime,
    goods: Mapping[UUID, Money] | None = None,
) -> list[Reserved]:
    """Set coupons aside for the checkout *for_id*, all or none; returns what each is worth and who pays for it.

    *goods* is what they are to pay for, by shop: thresholds, the currency, and which coupons go together are then
    checked too. Raises NotFound for a coupon that is not theirs, Refusal ``wallet.coupon_used`` (another tab was
    quicker), ``wallet.coupon_expired``, ``wallet.coupon_currency``, ``wallet.coupon_elsewhere`` (for another shop's
    goods), ``wallet.coupon_threshold``, ``wallet.coupon_stacking``. Reserving for the same checkout again is fine.
    """
    wanted = sorted(set(coupon_ids))
    if not wanted:
        return []
    with together():
        rows = fetch(
            "SELECT c.id, c.state, c.reserved_for, c.expires_at, c.amount_minor, c.threshold_minor, c.currency, c.shop_id, "
            "c.issue_id, coalesce(i.funder_kind, 'compensation') AS funder_kind, i.funder_id, "
            "coalesce(i.stacking = 'alone', false) AS alone FROM wallet_coupon c "
            "LEFT JOIN wallet_issue i ON i.id = c.issue_id "
            "WHERE c.id = ANY(%s) AND c.person_id = %s ORDER BY c.id FOR UPDATE OF c",
            [wanted, person_id],
        )
        if len(rows) < len(wanted):
            raise NotFound("wallet.no_coupon", zh="没有这张券。", en="There is no such coupon.")
        currency = rows[0]["currency"] if goods is None else next(iter(goods.values())).currency
        for row in rows:
            _check_usable(row, for_id, currency, now)
        if goods is not None:
            _check_together([_ticket(row) for row in rows], goods, currency)
        free = [row["id"] for row in rows if row["state"] == "active"]
        COUPON_STATES.move_rows(free, "reserved", at=now, by=person_id, also={"reserved_for": for_id})
    return [
        Reserved(
            row["id"],
            Money(row["amount_minor"], row["currency"]),
            row["funder_kind"],
            row["funder_id"] or str(row["shop_id"] or PLATFORM),
            row["shop_id"] if row["issue_id"] else None,
        )
        for row in sorted(rows, key=lambda row: (row["expires_at"], row["id"]))
    ]


def _ticket(row: Row) -> Ticket:
    shop_id = row["shop_id"] if row["issue_id"] else None
    return Ticket(
        row["id"], row["funder_kind"], row["amount_minor"], row["threshold_minor"], shop_id, row["alone"], row["expires_at"]
    )  # fmt: skip


def _check_usable(row: Row, for_id: UUID, currency: str, now: datetime) -> None:
    if row["state"] == "reserved" and row["reserved_for"] == for_id:
        return
    if row["state"] in ("reserved", "spent"):
        raise Refusal("wallet.coupon_used", zh="这张券已用在另一笔结算中。",
                      en="This coupon is already in use in another checkout.")  # fmt: skip
    if row["state"] == "expired" or row["expires_at"] <= now:
        raise Refusal("wallet.coupon_expired", zh="这张券已过期。", en="This coupon has expired.")
    if row["currency"] != currency:
        raise Refusal(
            "wallet.coupon_currency", zh="这张券的币种不同。", en="This coupon is in another currency."
        )


def _check_together(tickets: Sequence[Ticket], goods: Mapping[UUID, Money], currency: str) -> None:
    """Do the goods reach every threshold, and may all of *tickets* be used at once?"""
    worth = {shop: money.minor for shop, money in goods.items()}
    for ticket in tickets:
        if not in_scope(ticket, worth):
            raise Refusal("wallet.coupon_elsewhere", zh="这张券要买另一家店的商品才能用。",
                          en="This coupon is for another shop's goods.")  # fmt: skip
        if not fits(ticket, worth):
            least = Money(ticket.threshold, currency)
            raise Refusal("wallet.coupon_threshold", zh=f"商品满{least.format('zh')}才能用这张券。",
                          en=f"This coupon is for goods of {least.format('en')} or more.")  # fmt: skip
    if first_clash(tickets):
        raise Refusal("wallet.coupon_stacking", zh="这几张券不能一起用，请去掉一张。",
                      en="These coupons cannot be used together. Leave one of them out.")  # fmt: skip


def spend(for_ids: Sequence[UUID], *, now: datetime, uses: Sequence[Use] = ()) -> dict[UUID, Money]:
    """The checkouts are paid: what was set aside for them is spent. Returns how much compensation for each that had any.

    *uses* says what each paid; a coupon not named there was used in full. Whoever calls books the money on: debit
    `coupons_account` for compensations, and `funder_account` for what others than the shop pay.
    """
    told = {use.coupon_id: use for use in uses}
    spent: dict[UUID, Money] = {}
    with together():
        rows = _held(for_ids)
        amounts = [(row["amount_minor"], 0) for row in rows]
        paid = [
            (told[row["id"]].amount_minor, told[row["id"]].turnover_minor) if row["id"] in told else full
            for row, full in zip(rows, amounts, strict=True)
        ]
        COUPON_STATES.move_rows(
            [row["id"] for row in rows],
            "spent",
            at=now,
            each={
                "used_minor": ("bigint", [used for used, _ in paid]),
                "turnover_minor": ("bigint", [turnover for _, turnover in paid]),
            },
        )
        for row in rows:
            if row["issue_id"] is None:
                amount = Money(row["amount_minor"], row["currency"])
                before = spent.get(row["held_for"])
                spent[row["held_for"]] = before + amount if before else amount
    return spent


def release(for_ids: Sequence[UUID], *, now: datetime) -> None:
    """The checkouts came to nothing: their coupons may be used again."""
    with together():
        held = [row["id"] for row in _held(for_ids)]
        COUPON_STATES.move_rows(held, "active", at=now, only_from=["reserved"], also={"reserved_for": None})


def _held(for_ids: Sequence[UUID]) -> list[Row]:
    return fetch(
        "SELECT id, reserved_for AS held_for, amount_minor, currency, issue_id FROM wallet_coupon "
        "WHERE reserved_for = ANY(%s) AND state = 'reserved' ORDER BY id FOR UPDATE",
        [list(for_ids)],
    )
