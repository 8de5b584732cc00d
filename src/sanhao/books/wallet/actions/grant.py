"""Compensation is granted: money that the platform owes its holder from now on (the account `coupons`), until it is
spent or expires."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from sanhao.books.ledger.api import PLATFORM, EntryDraft, Ref, post
from sanhao.books.wallet.accounts import coupons_account
from sanhao.books.wallet.core.coupons import CompensationTerms, CouponGrant
from sanhao.books.wallet.events import CouponsGranted
from sanhao.books.wallet.queries import compensation_terms
from sanhao.kit.events import News, emit
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import copy_rows, execute, together
from sanhao.people import api as people
from sanhao.people.events import GuestsClaimed

_COUPON = (
    "id", "person_id", "amount_minor", "currency", "threshold_minor", "reason_zh", "reason_en", "source_kind",
    "source_id", "shop_id", "funded_balance", "funded_deposit", "funded_advance", "funded_platform", "returns_to",
    "granted_at", "expires_at", "decision_id",
)  # fmt: skip


def grant(grants: Sequence[CouponGrant], *, now: datetime) -> None:
    """Give coupons, in one COPY. What shops paid is already in `coupons_account` (charge them with it as *credit*
    in the same transaction); the platform's own part is booked here, from goodwill.

    Raises Invalid ``wallet.funding`` for parts that exceed the amount, IntegrityError for a source served before.
    """
    with together():
        write(grants, now)
        post([_from_goodwill(g, now) for g in grants if g.from_platform])


def write(grants: Sequence[CouponGrant], now: datetime) -> None:
    """The coupons alone, in the caller's transaction: whoever calls has booked what pays for them."""
    if not grants:
        return
    held = people.holders([g.person_id for g in grants])
    if held:  # bought without an account, and taken over by its owner since
        grants = [replace(g, person_id=held.get(g.person_id, g.person_id)) for g in grants]
    if any(g.amount_minor <= 0 or g.from_platform < 0 for g in grants):
        raise Invalid("wallet.funding", zh="券的金额与出资不符。", en="A coupon's parts exceed its amount.")
    terms = CompensationTerms()
    if any(g.expires_at is None or g.returns_to is None for g in grants):
        terms = compensation_terms(at=now)
    copy_rows("wallet_coupon", _COUPON, _rows(grants, terms, now))
    emit([CouponsGranted(tuple(g.person_id for g in grants), tuple(g.id for g in grants))], at=now)


def _rows(grants: Sequence[CouponGrant], terms: CompensationTerms, now: datetime) -> list[tuple[Any, ...]]:
    """Rows in the text COPY wants; moments are rendered once."""
    granted, until = now.isoformat(), terms.expires_at(now).isoformat()
    return [
        (
            g.id.hex, g.person_id.hex, g.amount_minor, g.currency, g.threshold_minor, g.reason.zh, g.reason.en,
            g.source_kind, g.source_id.hex, g.shop_id and g.shop_id.hex, g.from_balance, g.from_deposit, g.advanced,
            g.from_platform, g.returns_to or terms.unused_returns_to, granted, g.expires_at or until,
            g.decision_id and g.decision_id.hex,
        )
        for g in grants
    ]  # fmt: skip


def _from_goodwill(g: CouponGrant, now: datetime) -> EntryDraft:
    lines = (
        (Ref("goodwill", PLATFORM, g.currency), g.from_platform),
        (coupons_account(g.currency), -g.from_platform),
    )
    return EntryDraft(
        new_id(),
        f"coupon:{g.id}:goodwill",
        "coupon_granted",
        now,
        g.currency,
        lines,
        "coupon",
        g.id,
        g.decision_id,
    )


def hand_over(news: Sequence[News[GuestsClaimed]]) -> None:
    """What guests were given belongs to whoever took their purchases over, and can be spent from now on."""
    for_each = [(guest, one.fact.person_id) for one in news for guest in one.fact.guest_ids]
    execute(
        "UPDATE wallet_coupon c SET person_id = w.person_id "
        "FROM unnest(%s::uuid[], %s::uuid[]) AS w (guest_id, person_id) WHERE c.person_id = w.guest_id",
        [[guest for guest, _ in for_each], [person for _, person in for_each]],
    )
