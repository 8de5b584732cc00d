"""What happens to coupons: grant, reserve, spend, release, give back, expire, and the platform taking over what a shop
paid.

A compensation granted is money the platform owes its holder (the account `coupons`); it stays so until it is spent at a
checkout (whoever spends it books where it goes) or expires (then the money goes back). A coupon claimed from an issue
moves no money until it is spent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from sanhao.books.ledger.api import PLATFORM, Credit, EntryDraft, Ref, credit_shops, post
from sanhao.books.wallet.core.coupons import (
    COMPENSATION,
    CompensationTerms,
    CouponGrant,
    Reserved,
    ShareBack,
    Use,
    unspent,
)
from sanhao.books.wallet.core.stacking import Ticket, first_clash, fits, in_scope
from sanhao.books.wallet.events import CouponExpired, CouponReturned, CouponsGranted
from sanhao.books.wallet.models import COUPON_STATES
from sanhao.books.wallet.queries import compensation_terms
from sanhao.fairness.rulebook.api import found
from sanhao.kit.events import News, emit
from sanhao.kit.ids import derived_id, new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch, together
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.people.events import GuestsClaimed

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


def hand_over(news: Sequence[News[GuestsClaimed]]) -> None:
    """What guests were given belongs to whoever took their purchases over, and can be spent from now on."""
    for_each = [(guest, one.fact.person_id) for one in news for guest in one.fact.guest_ids]
    execute(
        "UPDATE wallet_coupon c SET person_id = w.person_id "
        "FROM unnest(%s::uuid[], %s::uuid[]) AS w (guest_id, person_id) WHERE c.person_id = w.guest_id",
        [[guest for guest, _ in for_each], [person for _, person in for_each]],
    )


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
        fresh = _note(shares, now)
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
        _write([_again(spent[s.coupon_id], s) for s in fresh if spent[s.coupon_id]["issue_id"] is None], now)
        post([_share_entry(share, spent[share.coupon_id], now) for share in fresh if share.debit])
        whole = [
            spent[id]
            for id, minor in back.items()
            if spent[id]["issue_id"] and spent[id]["returned_minor"] + minor == spent[id]["used_minor"]
        ]
        _use_again(whole, now)


def _note(shares: Sequence[ShareBack], now: datetime) -> list[ShareBack]:
    """Write down which shares come back; returns those that had not."""
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


def expire(rows: Sequence[Row], now: datetime) -> None:
    """Settle a keeper's batch of coupons nobody spent in time: their money goes where their terms say, and what an
    issued one could have cost back to its budget."""
    COUPON_STATES.move([row["id"] for row in rows], "expired", at=now)
    to_budget([row for row in rows if row["issue_id"]])
    credits: list[Credit] = []
    entries: list[EntryDraft] = []
    for row in rows:
        if row["issue_id"]:
            continue
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
