"""Reads of the wallet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sanhao.books.ledger.api import PLATFORM, Ref, balances
from sanhao.books.wallet.core import COMPENSATION, CompensationTerms, CouponView
from sanhao.fairness.rulebook.api import in_force
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text

_COLUMNS = (
    "id, amount_minor, threshold_minor, currency, reason_zh, reason_en, state, source_kind, source_id, shop_id, "
    "reserved_for, granted_at, expires_at, decision_id"
)


def usable(person_id: UUID, *, currency: str, now: datetime) -> list[CouponView]:
    """What *person_id* may pay with now, first to expire first."""
    return _views(
        "person_id = %(person)s AND state = 'active' AND currency = %(currency)s AND expires_at > %(now)s "
        "ORDER BY expires_at, id",
        {"person": person_id, "currency": currency, "now": now},
    )


def coupons_of(person_id: UUID, *, limit: int = 100) -> list[CouponView]:
    """Every coupon of a person, the newest first."""
    return _views(
        "person_id = %(person)s ORDER BY granted_at DESC, id DESC LIMIT %(limit)s",
        {"person": person_id, "limit": limit},
    )


def coupons_from(source_kind: str, source_ids: Sequence[UUID]) -> dict[UUID, CouponView]:
    """The coupons given for these sources, by source."""
    found = _views(
        "source_kind = %(kind)s AND source_id = ANY(%(ids)s)", {"kind": source_kind, "ids": list(source_ids)}
    )
    return {view.source_id: view for view in found}


def compensation_terms(*, at: datetime) -> CompensationTerms:
    """The terms in force at *at*; the founding ones where no rule was ever founded."""
    try:
        return CompensationTerms.read(in_force(COMPENSATION, at=at).terms)
    except LookupError:
        return CompensationTerms()


def uncovered() -> dict[str, Money]:
    """Where the coupons people hold and the account that covers them differ (account minus coupons); empty if sound."""
    rows = fetch(
        "SELECT currency, coalesce(sum(amount_minor) FILTER (WHERE state IN ('active', 'reserved')), 0)::bigint AS minor "
        "FROM wallet_coupon GROUP BY currency"
    )
    refs = {row["currency"]: Ref("coupons", PLATFORM, row["currency"]) for row in rows}
    covered = balances(refs.values())
    off = {row["currency"]: -covered[refs[row["currency"]]].minor - row["minor"] for row in rows}
    return {currency: Money(minor, currency) for currency, minor in off.items() if minor}


def _views(where: str, params: dict[str, Any]) -> list[CouponView]:
    return [_view(**row) for row in fetch(f"SELECT {_COLUMNS} FROM wallet_coupon WHERE {where}", params)]


def _view(
    *, amount_minor: int, threshold_minor: int, currency: str, reason_zh: str, reason_en: str, **same: Any
) -> CouponView:
    return CouponView(
        amount=Money(amount_minor, currency),
        threshold=Money(threshold_minor, currency),
        reason=Text(zh=reason_zh, en=reason_en),
        **same,
    )
