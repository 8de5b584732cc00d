"""What spent coupons paid for is undone: their shares go back to whoever bore them, and their holders may spend again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.books.ledger.api import EntryDraft, Ref, post
from sanhao.books.wallet.accounts import coupons_account, funder_account
from sanhao.books.wallet.actions.grant import write
from sanhao.books.wallet.actions.issues import to_budget
from sanhao.books.wallet.core.coupons import CouponGrant, ShareBack
from sanhao.books.wallet.events import CouponReturned
from sanhao.books.wallet.models import COUPON_STATES
from sanhao.kit.events import emit
from sanhao.kit.ids import derived_id, new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import execute, fetch, together
from sanhao.kit.text import Text


def give_back(shares: Sequence[ShareBack], *, now: datetime) -> None:
    """Coupons paid for what was undone: their shares go back to whoever bore them. A key served for a coupon is left
    out, so twice is once. Raises Invalid ``wallet.share`` for more than the coupon paid.

    For a compensation its holder gets a new one, paid for by the same funders in the same proportion, valid anew. A
    coupon out of an issue may be used again once all it paid for is back, if it is still good; else what it could have
    cost returns to the issue's budget.
    """
    with together():
        spent = {
            row["id"]: row
            for row in fetch(
                "SELECT c.id, c.person_id, c.amount_minor, c.used_minor, c.returned_minor, c.currency, c.reason_zh, "
                "c.reason_en, c.shop_id, c.funded_balance, c.funded_deposit, c.funded_advance, c.funded_platform, "
                "c.returns_to, c.decision_id, c.expires_at, c.issue_id, i.funder_kind, i.funder_id FROM wallet_coupon c "
                "LEFT JOIN wallet_issue i ON i.id = c.issue_id WHERE c.id = ANY(%s) AND c.state = 'spent' "
                "ORDER BY c.id FOR UPDATE OF c",
                [[share.coupon_id for share in shares]],
            )
        }
        fresh = note(shares, now)
        back: dict[UUID, int] = defaultdict(int)
        for share in fresh:
            back[share.coupon_id] += share.amount_minor
        if any(
            id not in spent or spent[id]["returned_minor"] + n > spent[id]["used_minor"]
            for id, n in back.items()
        ):
            raise Invalid("wallet.share", zh="退回的券额超过当初所用。",
                          en="More would go back than coupons paid.")  # fmt: skip
        execute(
            "UPDATE wallet_coupon c SET returned_minor = c.returned_minor + b.minor "
            "FROM unnest(%s::uuid[], %s::bigint[]) AS b (id, minor) WHERE c.id = b.id",
            [list(back), list(back.values())],
        )
        write([_again(spent[s.coupon_id], s) for s in fresh if spent[s.coupon_id]["issue_id"] is None], now)
        post([_share_entry(share, spent[share.coupon_id], now) for share in fresh if share.debit])
        whole = [
            spent[id]
            for id, minor in back.items()
            if spent[id]["issue_id"] and spent[id]["returned_minor"] + minor == spent[id]["used_minor"]
        ]
        _use_again(whole, now)


def _again(coupon: Row, share: ShareBack) -> CouponGrant:
    """A new coupon of the share's amount in the image of a spent one."""
    amount = share.amount_minor
    funds = [coupon[f"funded_{part}"] for part in ("balance", "deposit", "advance", "platform")]
    balance, deposit, advance, _ = (part.minor for part in Money(amount, coupon["currency"]).split(funds))
    source = derived_id(coupon["id"], share.key)
    return CouponGrant(
        new_id(), coupon["person_id"], amount, coupon["currency"], Text(zh=coupon["reason_zh"], en=coupon["reason_en"]),
        "coupon", source, coupon["shop_id"], balance, deposit, advance, coupon["decision_id"],
        returns_to=coupon["returns_to"],
    )  # fmt: skip


def _share_entry(share: ShareBack, coupon: Row, now: datetime) -> EntryDraft:
    assert share.debit is not None
    debit, amount, currency = Ref(*share.debit), share.amount_minor, coupon["currency"]
    if coupon["issue_id"]:
        bears = funder_account(coupon["funder_kind"], coupon["funder_id"], currency)
    else:
        bears = coupons_account(currency)
    return EntryDraft(
        new_id(), f"{share.key}:{coupon['id']}", "coupon_given_back", now, currency, ((debit, amount), (bears, -amount)),
        "order", share.cause_id,
    )  # fmt: skip


def _use_again(whole: Sequence[Row], now: datetime) -> None:
    good = [row["id"] for row in whole if row["expires_at"] > now]
    nothing = {"used_minor": 0, "returned_minor": 0, "turnover_minor": 0, "reserved_for": None}
    COUPON_STATES.move_rows(good, "active", at=now, only_from=["spent"], also=nothing)
    emit(
        [
            CouponReturned(
                row["id"], row["person_id"], row["amount_minor"], row["currency"], row["expires_at"]
            )
            for row in whole
            if row["expires_at"] > now
        ],
        at=now,
    )
    late = [row for row in whole if row["expires_at"] <= now]
    COUPON_STATES.move_rows([row["id"] for row in late], "expired", at=now, only_from=["spent"], also=nothing)
    to_budget(late)


def note(shares: Sequence[ShareBack], now: datetime) -> list[ShareBack]:
    """Write down which shares come back, in the caller's transaction; returns those that had not."""
    wanted = [share for share in shares if share.amount_minor > 0]
    noted = {
        (row["coupon_id"], row["key"])
        for row in fetch(
            "INSERT INTO wallet_return (id, key, coupon_id, amount_minor, at) "
            "SELECT id, key, coupon, minor, %s FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::bigint[]) "
            "AS s (id, key, coupon, minor) ON CONFLICT (coupon_id, key) DO NOTHING RETURNING coupon_id, key",
            [now, new_ids(len(wanted)), [s.key for s in wanted], [s.coupon_id for s in wanted],
             [s.amount_minor for s in wanted]],
        )
    }  # fmt: skip
    return [share for share in wanted if (share.coupon_id, share.key) in noted]
