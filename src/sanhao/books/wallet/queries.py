"""Reads of the wallet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sanhao.books.ledger.api import PLATFORM, Ref, balances
from sanhao.books.wallet.core.coupons import COMPENSATION, CompensationTerms, CouponView, FunderKind
from sanhao.books.wallet.core.issues import HostMoney, IssueFigures, IssueOffer, IssueView, PrepaymentView
from sanhao.books.wallet.core.stacking import Ticket
from sanhao.fairness.rulebook.api import in_force
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text

_COLUMNS = (
    "c.id, c.amount_minor, c.threshold_minor, c.currency, c.reason_zh, c.reason_en, c.state, c.source_kind, c.source_id, "
    "c.shop_id, c.reserved_for, c.granted_at, c.expires_at, c.decision_id, c.issue_id, "
    "coalesce(i.funder_kind, 'compensation') AS funder_kind, coalesce(i.funder_id, '') AS funder_id, "
    "coalesce(i.stacking, 'with_others') AS stacking"
)
_ISSUE = (
    "i.id, i.funder_kind, i.funder_id, i.shop_id, i.title_zh, i.title_en, i.currency, i.amount_minor, i.threshold_minor, "
    "i.budget_minor, i.claimed_minor, i.per_person, i.stacking, i.claims_from, i.claims_until, i.valid_days, i.state, "
    "i.created_at, i.ended_at"
)


def usable(person_id: UUID, *, currency: str, now: datetime) -> list[CouponView]:
    """What *person_id* may pay with now, first to expire first."""
    return _views(
        "c.person_id = %(person)s AND c.state = 'active' AND c.currency = %(currency)s AND c.expires_at > %(now)s "
        "ORDER BY c.expires_at, c.id",
        {"person": person_id, "currency": currency, "now": now},
    )


def coupons_of(person_id: UUID, *, limit: int = 100) -> list[CouponView]:
    """Every coupon of a person, the newest first."""
    return _views(
        "c.person_id = %(person)s ORDER BY c.granted_at DESC, c.id DESC LIMIT %(limit)s",
        {"person": person_id, "limit": limit},
    )


def coupons_from(source_kind: str, source_ids: Sequence[UUID]) -> dict[UUID, CouponView]:
    """The coupons given for these sources, by source."""
    found = _views(
        "c.source_kind = %(kind)s AND c.source_id = ANY(%(ids)s)",
        {"kind": source_kind, "ids": list(source_ids)},
    )
    return {view.source_id: view for view in found}


def usable_for(person_id: UUID, goods: Mapping[UUID, Money], *, now: datetime) -> list[CouponView]:
    """What *person_id* holds that is for some of these *goods* (by shop), whether or not its threshold is reached."""
    if not goods:
        return []
    currency = next(iter(goods.values())).currency
    return [view for view in usable(person_id, currency=currency, now=now) if view.scope in (None, *goods)]


def ticket(view: CouponView) -> Ticket:
    """A coupon as stacking sees it."""
    return Ticket(
        view.id, view.funder_kind, view.amount.minor, view.threshold.minor, view.scope, view.stacking == "alone",
        view.expires_at,
    )  # fmt: skip


def ticket_of(issue: IssueView, now: datetime) -> Ticket:
    """A coupon of *issue* as stacking would see it if it were claimed now."""
    return Ticket(
        issue.id, issue.funder_kind, issue.amount.minor, issue.threshold.minor, issue.shop_id, issue.stacking == "alone",
        now + timedelta(days=issue.valid_days),
    )  # fmt: skip


def issues_for(
    shop_ids: Collection[UUID], *, person_id: UUID | None, now: datetime, currency: str | None = None
) -> list[IssueOffer]:
    """What may be claimed now for goods of these shops, and what *person_id* has claimed of it already; the highest
    discount first. Issues that are used up are left out for those who have none of them."""
    rows = fetch(
        f"""
        SELECT {_ISSUE}, coalesce(m.mine, 0) AS mine, coalesce(m.ready, 0) AS ready
        FROM wallet_issue i LEFT JOIN LATERAL (
            SELECT count(*) AS mine, count(*) FILTER (WHERE c.state = 'active' AND c.expires_at > %(now)s) AS ready
            FROM wallet_coupon c WHERE c.issue_id = i.id AND c.person_id = %(person)s
        ) m ON %(person)s::uuid IS NOT NULL
        WHERE i.state = 'running' AND i.claims_from <= %(now)s AND i.claims_until > %(now)s
          AND (i.shop_id IS NULL OR i.shop_id = ANY(%(shops)s)) AND (%(currency)s::text IS NULL OR i.currency = %(currency)s)
          AND (i.claimed_minor + i.amount_minor <= i.budget_minor OR m.mine > 0)
        ORDER BY i.amount_minor DESC, i.threshold_minor, i.id LIMIT 50
        """,
        {"shops": list(shop_ids), "person": person_id, "now": now, "currency": currency},
    )
    return [IssueOffer(_issue(row), row["mine"], row["ready"]) for row in rows]


def issue(issue_id: UUID, *, shop_id: UUID | None = None) -> IssueView:
    """Raises NotFound, also where *shop_id* is given and does not pay for it."""
    rows = fetch(
        f"SELECT {_ISSUE} FROM wallet_issue i WHERE i.id = %(id)s "
        "AND (%(shop)s::uuid IS NULL OR (i.funder_kind = 'shop' AND i.shop_id = %(shop)s))",
        {"id": issue_id, "shop": shop_id},
    )
    if not rows:
        raise NotFound("issue.unknown", zh="没有找到这批券。", en="There are no such coupons.")
    return _issue(rows[0])


def issues_of(
    kinds: Collection[FunderKind], *, funder_id: str | None = None, limit: int = 100
) -> list[IssueView]:
    """Issues paid for by these kinds of funders (or one of them), the newest first."""
    rows = fetch(
        f"SELECT {_ISSUE} FROM wallet_issue i WHERE i.funder_kind = ANY(%(kinds)s) "
        "AND (%(funder)s::text IS NULL OR i.funder_id = %(funder)s) "
        "ORDER BY i.created_at DESC, i.id DESC LIMIT %(limit)s",
        {"kinds": list(kinds), "funder": funder_id, "limit": limit},
    )
    return [_issue(row) for row in rows]


def figures_of(issues: Sequence[IssueView]) -> dict[UUID, IssueFigures]:
    """What became of the coupons of these issues, in one query."""
    currencies = {view.id: view.amount.currency for view in issues}
    found = {id: IssueFigures(0, 0, Money.zero(c), Money.zero(c)) for id, c in currencies.items()}
    for row in fetch(
        "SELECT issue_id, count(*) AS claimed, count(*) FILTER (WHERE state = 'spent') AS used, "
        "sum(used_minor)::bigint AS saved, sum(turnover_minor)::bigint AS turnover "
        "FROM wallet_coupon WHERE issue_id = ANY(%s) GROUP BY issue_id",
        [list(currencies)],
    ):
        currency = currencies[row["issue_id"]]
        found[row["issue_id"]] = IssueFigures(
            row["claimed"], row["used"], Money(row["saved"], currency), Money(row["turnover"], currency)
        )
    return found


def host_commitments(hosts: Collection[str], currency: str, *, now: datetime) -> dict[str, int]:
    """What each host's prepaid money must still cover: what may yet be claimed, what was claimed and may be spent, and
    what a spent coupon did not use (it may come back whole)."""
    rows = fetch(
        """
        SELECT i.funder_id, sum(
            CASE WHEN i.state = 'running' THEN i.budget_minor - i.claimed_minor ELSE 0 END + coalesce(c.minor, 0)
        )::bigint AS minor
        FROM wallet_issue i LEFT JOIN LATERAL (
            SELECT sum(CASE WHEN c.state = 'spent' THEN c.amount_minor - c.used_minor ELSE c.amount_minor END) AS minor
            FROM wallet_coupon c WHERE c.issue_id = i.id
              AND (c.state IN ('active', 'reserved') OR (c.state = 'spent' AND c.expires_at > %(now)s))
        ) c ON true
        WHERE i.funder_kind = 'host' AND i.funder_id = ANY(%(hosts)s) AND i.currency = %(currency)s AND i.state <> 'draft'
        GROUP BY i.funder_id
        """,
        {"hosts": list(hosts), "currency": currency, "now": now},
    )
    return {row["funder_id"]: row["minor"] for row in rows}


def hosts(currency: str, *, now: datetime) -> list[HostMoney]:
    """Every host that was ever given money for coupons, the newest prepayment first."""
    rows = fetch(
        "SELECT host_id, max(at) AS last_at FROM wallet_prepayment WHERE currency = %s GROUP BY host_id "
        "ORDER BY last_at DESC, host_id",
        [currency],
    )
    ids = [row["host_id"] for row in rows]
    refs = {id: Ref("host", str(id), currency) for id in ids}
    prepaid = balances(refs.values()) if refs else {}
    promised = host_commitments([str(id) for id in ids], currency, now=now) if ids else {}
    return [HostMoney(id, -prepaid[refs[id]], Money(promised.get(str(id), 0), currency)) for id in ids]


def prepayments(*, limit: int = 20) -> list[PrepaymentView]:
    """The last prepayments, the newest first."""
    rows = fetch(
        "SELECT host_id, amount_minor, currency, source, reason, by_id, at FROM wallet_prepayment "
        "ORDER BY at DESC, id LIMIT %s",
        [limit],
    )
    return [
        PrepaymentView(
            row["host_id"], Money(row["amount_minor"], row["currency"]), row["source"], row["reason"], row["by_id"],
            row["at"],
        )
        for row in rows
    ]  # fmt: skip


def _issue(row: dict[str, Any]) -> IssueView:
    currency = row["currency"]
    return IssueView(
        id=row["id"], funder_kind=row["funder_kind"], funder_id=row["funder_id"], shop_id=row["shop_id"],
        title=Text(zh=row["title_zh"], en=row["title_en"]), amount=Money(row["amount_minor"], currency),
        threshold=Money(row["threshold_minor"], currency), budget=Money(row["budget_minor"], currency),
        claimed=Money(row["claimed_minor"], currency), per_person=row["per_person"], stacking=row["stacking"],
        claims_from=row["claims_from"], claims_until=row["claims_until"], valid_days=row["valid_days"],
        state=row["state"], created_at=row["created_at"], ended_at=row["ended_at"],
    )  # fmt: skip


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
        "FROM wallet_coupon WHERE issue_id IS NULL GROUP BY currency"
    )
    refs = {row["currency"]: Ref("coupons", PLATFORM, row["currency"]) for row in rows}
    covered = balances(refs.values())
    off = {row["currency"]: -covered[refs[row["currency"]]].minor - row["minor"] for row in rows}
    return {currency: Money(minor, currency) for currency, minor in off.items() if minor}


def _views(where: str, params: dict[str, Any]) -> list[CouponView]:
    sql = (
        f"SELECT {_COLUMNS} FROM wallet_coupon c LEFT JOIN wallet_issue i ON i.id = c.issue_id WHERE {where}"
    )
    return [_view(**row) for row in fetch(sql, params)]


def _view(
    *, amount_minor: int, threshold_minor: int, currency: str, reason_zh: str, reason_en: str, **same: Any
) -> CouponView:
    return CouponView(
        amount=Money(amount_minor, currency),
        threshold=Money(threshold_minor, currency),
        reason=Text(zh=reason_zh, en=reason_en),
        **same,
    )
