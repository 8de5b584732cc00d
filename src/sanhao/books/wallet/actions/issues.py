"""What happens to issues of coupons: drafted, started, claimed from, ended; and a host's money put in beforehand.

A claim takes its part of the budget in the same transaction: whoever claims the last coupon makes the others wait for
one row for as long as two statements take, and the budget is never exceeded by a cent. Nothing moves in the ledger until
a coupon is spent. A host's issue starts only when the host's prepaid money covers everything it has promised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sanhao.books.ledger.api import PLATFORM, EntryDraft, Ref, balance, post, posted
from sanhao.books.wallet.accounts import funder_account
from sanhao.books.wallet.core.issues import IssueDraft, check_issue
from sanhao.books.wallet.models import ISSUE
from sanhao.books.wallet.queries import host_commitments
from sanhao.kit.ids import derived_id, new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch, together

PrepaidFrom = Literal["bank", "promotions"]
"""Where a host's prepaid money comes from: the host sent it to the bank, or the platform gives it."""


def draft_issue(draft: IssueDraft, *, by: UUID, now: datetime) -> UUID:
    """Write an issue down; nobody sees it yet. Raises Invalid ``issue.…`` for what cannot be."""
    check_issue(draft, now)
    id = new_id()
    execute(
        """
        INSERT INTO wallet_issue (id, funder_kind, funder_id, shop_id, title_zh, title_en, currency, amount_minor,
            threshold_minor, budget_minor, claimed_minor, per_person, stacking, claims_from, claims_until, valid_days,
            created_by_id, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, %s, %s, %s, %s, %s, %s, %s)
        """,
        [id, draft.funder_kind, draft.funder_id, draft.shop_id, draft.title.zh.strip(), draft.title.en.strip(),
         draft.amount.currency, draft.amount.minor, draft.threshold.minor, draft.budget.minor, draft.per_person,
         draft.stacking, draft.claims_from, draft.claims_until, draft.valid_days, by, now],
    )  # fmt: skip
    return id


def start_issue(issue_id: UUID, *, shop_id: UUID | None = None, by: UUID, now: datetime) -> None:
    """From now on (or its first day) people may claim. *shop_id*: only if that shop pays for it.

    Raises NotFound, Refusal ``issue.moved_on``, ``issue.over`` (its last day has passed), ``issue.not_prepaid`` (a
    host's money does not cover the budget beside what is promised already).
    """
    with together():
        row = _lock(issue_id, shop_id)
        if row["claims_until"] <= now:
            raise Refusal(
                "issue.over",
                zh="领取时间已经过了，请新建一批。",
                en="Its last day has passed. Make a new one.",
            )
        if row["funder_kind"] == "host":
            _check_prepaid(row, now)
        ISSUE.move_one(issue_id, "running", at=now, by=by)


def issue_coupons(draft: IssueDraft, *, by: UUID, now: datetime) -> UUID:
    """Draft and start at once."""
    with together():
        id = draft_issue(draft, by=by, now=now)
        start_issue(id, by=by, now=now)
    return id


def end_issue(issue_id: UUID, *, shop_id: UUID | None = None, by: UUID, now: datetime) -> None:
    """No more claims. What was claimed stays good until its own end. A draft is thrown away like this too."""
    with together():
        _lock(issue_id, shop_id)
        ISSUE.move_one(issue_id, "ended", at=now, by=by, also={"ended_at": now})


def end_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: the last day of claiming has passed."""
    ISSUE.move_rows(
        [row["id"] for row in rows], "ended", at=now, only_from=["running"], also={"ended_at": now}
    )


def _lock(issue_id: UUID, shop_id: UUID | None) -> Row:
    rows = fetch("SELECT * FROM wallet_issue WHERE id = %s FOR UPDATE", [issue_id])
    theirs = shop_id is None or (rows and rows[0]["funder_kind"] == "shop" and rows[0]["shop_id"] == shop_id)
    if not rows or not theirs:
        raise _no_issue()
    return rows[0]


def _check_prepaid(row: Row, now: datetime) -> None:
    """Two issues of one host start one after the other: each locks what the host was ever given."""
    host = row["funder_id"]
    fetch("SELECT id FROM wallet_prepayment WHERE host_id = %s ORDER BY id FOR UPDATE", [UUID(host)])
    prepaid = -balance(funder_account("host", host, row["currency"])).minor
    free = prepaid - host_commitments([host], row["currency"], now=now).get(host, 0)
    if free < row["budget_minor"]:
        left = Money(max(free, 0), row["currency"])
        raise Refusal(
            "issue.not_prepaid",
            zh=f"主播预存的推广金还剩{left.format('zh')}可用，不够这批券的预算。",
            en=f"The host's prepaid money has {left.format('en')} left, less than this budget.",
        )


def claim(issue_id: UUID, *, person_id: UUID, now: datetime) -> UUID:
    """One coupon of an issue for *person_id*; returns its id.

    Raises NotFound, Refusal ``coupon.not_yet``, ``coupon.over``, ``coupon.all_gone``, ``coupon.limit``.
    """
    with together():
        taken = fetch(
            """
            UPDATE wallet_issue SET claimed_minor = claimed_minor + amount_minor
            WHERE id = %s AND state = 'running' AND claims_from <= %s AND claims_until > %s
              AND claimed_minor + amount_minor <= budget_minor
            RETURNING id, per_person, valid_days
            """,
            [issue_id, now, now],
        )
        if not taken:
            raise _why_not(issue_id, now)
        # Its own statement, and so its own snapshot: whoever had the row before us is counted.
        coupon = fetch(
            """
            INSERT INTO wallet_coupon (id, person_id, amount_minor, currency, threshold_minor, reason_zh, reason_en,
                source_kind, source_id, shop_id, funded_balance, funded_deposit, funded_advance, funded_platform,
                returns_to, granted_at, expires_at, issue_id, nth)
            SELECT %(id)s, %(person)s, i.amount_minor, i.currency, i.threshold_minor, i.title_zh, i.title_en, 'issue',
                %(id)s, i.shop_id, 0, 0, 0, 0, 'payer', %(now)s, %(until)s, i.id, m.n + 1
            FROM wallet_issue i CROSS JOIN LATERAL (
                SELECT count(*) AS n FROM wallet_coupon c WHERE c.issue_id = i.id AND c.person_id = %(person)s) m
            WHERE i.id = %(issue)s AND m.n < i.per_person
            RETURNING id
            """,
            {"id": new_id(), "person": person_id, "issue": issue_id, "now": now,
             "until": now + timedelta(days=taken[0]["valid_days"])},
        )  # fmt: skip
        if not coupon:
            n = taken[0]["per_person"]
            # The refusal takes back what was taken from the budget: with the transaction, or here inside another.
            execute(
                "UPDATE wallet_issue SET claimed_minor = claimed_minor - amount_minor WHERE id = %s",
                [issue_id],
            )
            raise Refusal(
                "coupon.limit",
                zh=f"这张券每人限领{n}张，你已经领过了。",
                en=f"Each person may claim {n}, and you have.",
            )
    id: UUID = coupon[0]["id"]
    return id


def _why_not(issue_id: UUID, now: datetime) -> Refusal:
    rows = fetch("SELECT state, claims_from, claims_until FROM wallet_issue WHERE id = %s", [issue_id])
    if not rows or rows[0]["state"] == "draft":
        return _no_issue()
    if rows[0]["state"] == "ended" or rows[0]["claims_until"] <= now:
        return Refusal("coupon.over", zh="领取已经结束了。", en="It can no longer be claimed.")
    if rows[0]["claims_from"] > now:
        return Refusal("coupon.not_yet", zh="还没到领取时间。", en="It cannot be claimed yet.")
    return Refusal("coupon.all_gone", zh="券已经领完了。", en="All of them have been claimed.")


def _no_issue() -> NotFound:
    return NotFound("issue.unknown", zh="没有找到这批券。", en="There are no such coupons.")


def prepay_host(
    host_id: UUID, amount: Money, *, source: PrepaidFrom, reason: str, by: UUID, now: datetime, key: UUID
) -> None:
    """Put money at a host's disposal for coupons, and write down why. The same *key* twice is once.

    Raises Invalid ``host.amount``, ``host.reason``.
    """
    if not 0 < amount.minor <= 10**12:
        raise Invalid("host.amount", zh="金额要大于零。", en="An amount is more than zero.")
    if not 5 <= len(reason.strip()) <= 500 or source not in ("bank", "promotions"):
        raise Invalid("host.reason", zh="请写明原因，5到500字。", en="Write down why, in 5 to 500 letters.")
    id = derived_id(key, "host.prepaid")
    with together():
        if posted([f"host.prepaid:{id}"]):
            return
        lines = (
            (Ref(source, PLATFORM, amount.currency), amount.minor),
            (funder_account("host", str(host_id), amount.currency), -amount.minor),
        )
        post(
            [
                EntryDraft(
                    new_id(),
                    f"host.prepaid:{id}",
                    "host.prepaid",
                    now,
                    amount.currency,
                    lines,
                    "prepayment",
                    id,
                )
            ]
        )
        given: list[Any] = [id, host_id, amount.minor, amount.currency, source, reason.strip(), by, now]
        execute(
            "INSERT INTO wallet_prepayment (id, host_id, amount_minor, currency, source, reason, by_id, at) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            given,
        )


def to_budget(coupons: Sequence[Row]) -> None:
    """What these coupons (rows with ``issue_id`` and ``amount_minor``) could have cost is their issues' to give again."""
    back: dict[UUID, int] = defaultdict(int)
    for row in coupons:
        back[row["issue_id"]] += row["amount_minor"]
    if back:
        execute(
            "WITH b AS (SELECT i.id, b.minor FROM wallet_issue i JOIN unnest(%s::uuid[], %s::bigint[]) AS b (id, minor) "
            "ON b.id = i.id ORDER BY i.id FOR UPDATE OF i) "
            "UPDATE wallet_issue i SET claimed_minor = i.claimed_minor - b.minor FROM b WHERE i.id = b.id",
            [list(back), list(back.values())],
        )
