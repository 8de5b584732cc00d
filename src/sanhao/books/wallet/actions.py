"""The verbs of the wallet: grant, reserve, spend, release, expire, and the platform taking over what a shop paid.

A coupon granted is money the platform owes its holder (the account `coupons`); it stays so until it is spent at a
checkout (whoever spends it books where it goes) or expires (then the money goes back).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sanhao.books.ledger.api import PLATFORM, Credit, EntryDraft, Ref, credit_shops, post, posted
from sanhao.books.wallet.core import (
    COMPENSATION,
    CompensationTerms,
    CouponGrant,
    Reserved,
    ShareBack,
    unspent,
)
from sanhao.books.wallet.events import CouponExpired, CouponsGranted
from sanhao.books.wallet.models import COUPON_STATES
from sanhao.books.wallet.queries import compensation_terms
from sanhao.fairness.rulebook.api import found
from sanhao.kit.events import emit
from sanhao.kit.ids import derived_id, new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch, together
from sanhao.kit.text import Text

_COUPON = (
    "id", "person_id", "amount_minor", "currency", "threshold_minor", "reason_zh", "reason_en", "source_kind",
    "source_id", "shop_id", "funded_balance", "funded_deposit", "funded_advance", "funded_platform", "returns_to",
    "granted_at", "expires_at", "decision_id",
)  # fmt: skip


def coupons_account(currency: str) -> Ref:
    """Where the money of granted coupons waits: credit it when a shop pays for one, debit it when one is spent."""
    return Ref("coupons", PLATFORM, currency)


def funder_account(kind: str, funder: str, currency: str) -> Ref:
    """Who bears a discount that another than the shop pays for: the platform (`promotions`) or a host's prepaid
    promotion money. Debit it when a coupon is spent, credit it when its share comes back."""
    codes = {"platform": "promotions", "host": "host"}
    return Ref(codes[kind], PLATFORM if kind == "platform" else funder, currency)


def found_rules(*, now: datetime) -> None:
    """The wallet's founding rule. Where it exists, nothing changes."""
    terms = {"valid_days": 30, "unused_returns_to": "payer"}
    found(COMPENSATION, terms, title=Text(zh="补偿券的有效期与归还", en="Compensation coupons"), now=now)


def grant(grants: Sequence[CouponGrant], *, now: datetime) -> None:
    """Give coupons, in one COPY. What shops paid is already in `coupons_account` (charge them with it as *credit*
    in the same transaction); the platform's own part is booked here, from goodwill.

    Raises Invalid ``wallet.funding`` for parts that exceed the amount, IntegrityError for a source served before.
    """
    with together():
        _write(grants, now)
        post([_from_goodwill(g, now) for g in grants if g.from_platform])


def _write(grants: Sequence[CouponGrant], now: datetime) -> None:
    if not grants:
        return
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


def reserve(
    coupon_ids: Sequence[UUID], *, person_id: UUID, for_id: UUID, now: datetime, goods: Money | None = None
) -> list[Reserved]:
    """Set coupons aside for the checkout *for_id*, all or none; returns what each is worth and who pays for it.

    *goods* is what they are to pay for: thresholds and the currency are then checked too. Raises NotFound for a
    coupon that is not theirs, Refusal ``wallet.coupon_used`` (another tab was quicker), ``wallet.coupon_expired``,
    ``wallet.coupon_threshold``, ``wallet.coupon_currency``. Reserving for the same checkout again is fine.
    """
    wanted = sorted(set(coupon_ids))
    if not wanted:
        return []
    with together():
        rows = fetch(
            "SELECT id, state, reserved_for, expires_at, amount_minor, threshold_minor, currency, shop_id "
            "FROM wallet_coupon WHERE id = ANY(%s) AND person_id = %s ORDER BY id FOR UPDATE",
            [wanted, person_id],
        )
        if len(rows) < len(wanted):
            raise NotFound("wallet.no_coupon", zh="没有这张券。", en="There is no such coupon.")
        for row in rows:
            _check_usable(row, for_id, rows[0]["currency"], goods, now)
        free = [row["id"] for row in rows if row["state"] == "active"]
        COUPON_STATES.move_rows(free, "reserved", at=now, by=person_id, also={"reserved_for": for_id})
    return [
        Reserved(
            row["id"],
            Money(row["amount_minor"], row["currency"]),
            "compensation",
            str(row["shop_id"] or PLATFORM),
        )
        for row in sorted(rows, key=lambda row: (row["expires_at"], row["id"]))
    ]


def _check_usable(row: Row, for_id: UUID, currency: str, goods: Money | None, now: datetime) -> None:
    if row["state"] == "reserved" and row["reserved_for"] == for_id:
        return
    if row["state"] in ("reserved", "spent"):
        raise Refusal("wallet.coupon_used", zh="这张券已用在另一笔结算中。",
                      en="This coupon is already in use in another checkout.")  # fmt: skip
    if row["state"] == "expired" or row["expires_at"] <= now:
        raise Refusal("wallet.coupon_expired", zh="这张券已过期。", en="This coupon has expired.")
    if row["currency"] != (goods.currency if goods is not None else currency):
        raise Refusal(
            "wallet.coupon_currency", zh="这张券的币种不同。", en="This coupon is in another currency."
        )
    if goods is not None and goods.minor < row["threshold_minor"]:
        least = Money(row["threshold_minor"], row["currency"])
        raise Refusal("wallet.coupon_threshold", zh=f"商品满{least.format('zh')}才能用这张券。",
                      en=f"This coupon is for goods of {least.format('en')} or more.")  # fmt: skip


def spend(for_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, Money]:
    """The checkouts are paid: what was set aside for them is spent. Returns how much for each that had any.

    Whoever calls books the money on: debit `coupons_account`.
    """
    spent: dict[UUID, Money] = {}
    with together():
        for row in _leave(for_ids, "spent", now, {}):
            amount = Money(row["amount_minor"], row["currency"])
            before = spent.get(row["held_for"])
            spent[row["held_for"]] = before + amount if before else amount
    return spent


def release(for_ids: Sequence[UUID], *, now: datetime) -> None:
    """The checkouts came to nothing: their coupons may be used again."""
    with together():
        _leave(for_ids, "active", now, {"reserved_for": None})


def _leave(for_ids: Sequence[UUID], to: str, now: datetime, also: dict[str, Any]) -> list[Row]:
    rows = fetch(
        "SELECT id, reserved_for AS held_for, amount_minor, currency FROM wallet_coupon "
        "WHERE reserved_for = ANY(%s) AND state = 'reserved' ORDER BY id FOR UPDATE",
        [list(for_ids)],
    )
    COUPON_STATES.move_rows([row["id"] for row in rows], to, at=now, also=also)
    return rows


def give_back(shares: Sequence[ShareBack], *, now: datetime) -> None:
    """Coupons paid for what will not happen: their holders get new ones for those shares, paid for by the same
    funders in the same proportion, valid anew. A key that was served is left out, so twice is once."""
    with together():
        served = posted([_share_key(share) for share in shares])
        fresh = [s for s in shares if s.amount_minor > 0 and _share_key(s) not in served]
        spent: dict[UUID, list[Row]] = defaultdict(list)
        for row in fetch(
            "SELECT id, person_id, reserved_for, amount_minor, currency, reason_zh, reason_en, shop_id, funded_balance, "
            "funded_deposit, funded_advance, funded_platform, returns_to, decision_id FROM wallet_coupon "
            "WHERE reserved_for = ANY(%s) AND state = 'spent' ORDER BY id",
            [[share.for_id for share in fresh]],
        ):
            spent[row["reserved_for"]].append(row)
        grants: list[CouponGrant] = []
        for share in fresh:
            coupons = spent[share.for_id]
            if share.amount_minor > sum(row["amount_minor"] for row in coupons):
                raise Invalid("wallet.share", zh="退回的券额超过当初所用。",
                              en="More would go back than coupons paid.")  # fmt: skip
            parts = Money(share.amount_minor, Ref(*share.debit).currency).split(
                [c["amount_minor"] for c in coupons]
            )
            grants += [_again(c, part.minor, share) for c, part in zip(coupons, parts, strict=True) if part]
        _write(grants, now)
        post([_share_entry(share, now) for share in fresh])


def _again(coupon: Row, amount: int, share: ShareBack) -> CouponGrant:
    """A new coupon of *amount* in the image of a spent one."""
    funds = [coupon[f"funded_{part}"] for part in ("balance", "deposit", "advance", "platform")]
    balance, deposit, advance, _ = (part.minor for part in Money(amount, coupon["currency"]).split(funds))
    source = derived_id(coupon["id"], share.key)
    return CouponGrant(
        new_id(), coupon["person_id"], amount, coupon["currency"], Text(zh=coupon["reason_zh"], en=coupon["reason_en"]),
        "coupon", source, coupon["shop_id"], balance, deposit, advance, coupon["decision_id"],
        returns_to=coupon["returns_to"],
    )  # fmt: skip


def _share_key(share: ShareBack) -> str:
    return f"{share.key}:coupons"


def _share_entry(share: ShareBack, now: datetime) -> EntryDraft:
    debit, amount = Ref(*share.debit), share.amount_minor
    currency = debit.currency
    lines = ((debit, amount), (coupons_account(currency), -amount))
    return EntryDraft(
        new_id(), _share_key(share), "coupon_given_back", now, currency, lines, "order", share.cause_id
    )


def expire(rows: Sequence[Row], now: datetime) -> None:
    """Settle a keeper's batch of coupons nobody spent in time: their money goes where their terms say."""
    COUPON_STATES.move([row["id"] for row in rows], "expired", at=now)
    credits: list[Credit] = []
    entries: list[EntryDraft] = []
    for row in rows:
        id, currency, decision = row["id"], row["currency"], row["decision_id"]
        back = unspent(row["amount_minor"], row["funded_platform"], row["returns_to"])
        if back.to_shop:
            credits.append(
                Credit(f"coupon:{id}:returned", "coupon_returned", row["shop_id"], back.to_shop, currency,
                       coupons_account(currency), "coupon", id, decision, row["funded_deposit"])
            )  # fmt: skip
        for code, amount in (("goodwill", back.to_goodwill), ("breakage", back.to_breakage)):
            if amount:
                lines = ((coupons_account(currency), amount), (Ref(code, PLATFORM, currency), -amount))
                entries.append(
                    EntryDraft(new_id(), f"coupon:{id}:{code}:back", "coupon_expired", now, currency, lines,
                               "coupon", id, decision)
                )  # fmt: skip
    credit_shops(credits, now=now)
    post(entries)
    emit(
        [CouponExpired(row["id"], row["person_id"], row["amount_minor"], row["currency"]) for row in rows],
        at=now,
    )


def take_over(
    source_kind: str, source_ids: Sequence[UUID], *, now: datetime, decision_id: UUID | None = None
) -> dict[UUID, Money]:
    """The platform takes over what shops paid for the coupons of these sources: the shop gets its money back from
    goodwill, the holder keeps the coupon. Returns what each shop-paid source was worth; twice is once.

    For a charge that turned out wrong. A coupon that expired to its payer has nothing left to give back.
    """
    with together():
        rows = fetch(
            "SELECT id, source_id, shop_id, currency, decision_id, amount_minor - funded_platform AS paid, funded_deposit "
            "FROM wallet_coupon WHERE source_kind = %s AND source_id = ANY(%s) AND funded_platform < amount_minor "
            "AND NOT (state = 'expired' AND returns_to = 'payer') ORDER BY id FOR UPDATE",
            [source_kind, list(source_ids)],
        )
        execute(
            "UPDATE wallet_coupon SET funded_platform = amount_minor, funded_balance = 0, funded_deposit = 0, "
            "funded_advance = 0 WHERE id = ANY(%s)",
            [[row["id"] for row in rows]],
        )
        credit_shops(
            [
                Credit(f"coupon:{row['id']}:taken_over", "coupon_taken_over", row["shop_id"], row["paid"],
                       row["currency"], Ref("goodwill", PLATFORM, row["currency"]), "coupon", row["id"],
                       decision_id or row["decision_id"], row["funded_deposit"])
                for row in rows
            ],
            now=now,
        )  # fmt: skip
    return {row["source_id"]: Money(row["paid"], row["currency"]) for row in rows}
