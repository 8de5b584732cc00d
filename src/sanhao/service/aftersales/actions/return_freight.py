"""The way back of what buyers send themselves (`paths/return_freight.py`): whose it is is known before, paid for once it is
there, and looked at again by a person where somebody disagrees.

What is known of it is frozen when it is sent; the rule is the one in force when the case was opened, a shop's offer the one
that stood when the order was paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import transaction
from msgspec.structs import replace

from sanhao.books.ledger import api as ledger
from sanhao.books.wallet import api as wallet
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import derived_id, new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.service.aftersales.book import encode
from sanhao.service.aftersales.events import CaseChanged, CaseMoved
from sanhao.service.aftersales.paths import return_freight as core
from sanhao.service.aftersales.reasons import REASONS
from sanhao.service.orders import api as orders

OWNER = "aftersales.return_freight"
SOURCE = "return_freight"
_MOST_MINOR = 10_000_00
_TITLE = Text(zh="寄回运费", en="For sending it back")


# ---- what a shop offers ---------------------------------------------------------------------------------------------


def offer(shop_id: UUID, *, by: UUID, pays: bool, now: datetime) -> None:
    """The shop pays the way back of what its buyers merely do not want, for orders paid from now on; or no longer.
    Saying the same again changes nothing. Raises NotFound for a stranger, Forbidden for who does not manage the shop."""
    shops.require_member(shop_id, by, roles=("owner", "manager"))
    if not pays:
        execute(
            "UPDATE aftersales_return_offer SET until = %s WHERE shop_id = %s AND until IS NULL",
            [now, shop_id],
        )
        return
    execute(
        "INSERT INTO aftersales_return_offer (id, shop_id, since, by_id) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT (shop_id) WHERE until IS NULL DO NOTHING",
        [new_id(), shop_id, now, by],
    )


def offers(shop_id: UUID) -> bool:
    """Whether a shop pays the way back of new orders' returns, whatever their reason."""
    return _offered(shop_id, None)


def _offered(shop_id: UUID, at: datetime | None) -> bool:
    return bool(
        fetch(
            "SELECT 1 FROM aftersales_return_offer WHERE shop_id = %(shop)s AND (%(at)s::timestamptz IS NULL AND until IS NULL "
            "OR since <= %(at)s AND (until IS NULL OR until > %(at)s)) LIMIT 1",
            {"shop": shop_id, "at": at},
        )
    )


# ---- before it is sent ----------------------------------------------------------------------------------------------


class Way(NamedTuple):
    """Who pays a way back, as it is known before anything is sent."""

    rule_id: UUID
    terms: core.Terms
    seen: core.Seen

    @property
    def payer(self) -> core.Payer:
        return core.judge(self.terms, self.seen).payer

    @property
    def text(self) -> Text:
        return core.ahead(self.terms, self.seen)

    @property
    def takes_receipts(self) -> bool:
        return self.payer != "buyer" and bool(core.most_of(self.terms, self.seen.currency).minor)


def way(order: orders.OrderView, reason: str, *, at: datetime) -> Way | None:
    """Who pays the way back of a return of *order* for *reason*, asked for at *at*; None on a site without the rule. Two
    queries."""
    try:
        rule = rulebook.in_force(core.RULE, at=at, market=order.address["country"])
    except LookupError:
        return None
    seen = core.Seen(
        REASONS[reason].fault,
        order.total.currency,
        order.address["region"],
        offered=order.paid_at is not None and _offered(order.shop_id, order.paid_at),
    )
    return Way(rule.id, msgspec.convert(rule.terms, core.Terms), seen)


def ways(order: orders.OrderView, reasons: Sequence[str], *, at: datetime) -> dict[str, Text]:
    """What is said of the way back beside each of *reasons*, before anything is asked. Two queries."""
    if not reasons or (one := way(order, reasons[0], at=at)) is None:
        return {}
    return {code: one._replace(seen=replace(one.seen, fault=REASONS[code].fault)).text for code in reasons}


def of_case(case_id: UUID, order: orders.OrderView, reason: str, *, opened_at: datetime) -> Way | None:
    """The same for a case; None where a sweep had it sent back, whose decision says who pays. Three queries."""
    return None if _swept(case_id) else way(order, reason, at=opened_at)


def payer_of(case_id: UUID, order: orders.OrderView, reason: str, *, opened_at: datetime) -> core.Payer:
    """Who pays the way back of a case, whoever brings it; on a site without the rule, and where a sweep has it sent back,
    whose fault it is. Three queries."""
    one = of_case(case_id, order, reason, opened_at=opened_at)
    return one.payer if one is not None else _AT_FAULT[REASONS[reason].fault]


_AT_FAULT: Mapping[str, core.Payer] = {"shop": "shop", "buyer": "buyer", "carrier": "platform"}


def _swept(case_id: UUID) -> bool:
    return bool(fetch("SELECT 1 FROM aftersales_swept_order WHERE case_id = %s LIMIT 1", [case_id]))


def note(row: Row, cost: Money | None, *, shown: bool, now: datetime) -> None:
    """A case's goods are on their way by the buyer's own means, in the caller's transaction. *cost*: what the buyer says that
    this cost, *shown* on a photo.

    Raises Invalid ``return_freight.cost`` for a sum that cannot be, ``return_freight.receipt`` for one that nothing shows.
    """
    if cost is not None and not 0 < cost.minor <= _MOST_MINOR:
        raise Invalid(
            "return_freight.cost", zh="请填寄回实际付的运费。", en="Enter what sending it back did cost."
        )
    order = orders.order(row["order_id"])
    found = of_case(row["id"], order, row["reason"], opened_at=row["opened_at"])
    if found is None:
        return
    if cost is not None and found.takes_receipts and not shown:
        raise Invalid(
            "return_freight.receipt",
            zh="写了金额请附上凭证照片；没有凭证就留空，按定额补。",
            en="With a sum, add a photo of the receipt. Without one leave it empty: the flat sum is given.",
        )
    seen = replace(found.seen, receipt=cost if found.takes_receipts else None)
    execute(
        "INSERT INTO aftersales_return_freight (case_id, rule_id, seen, sent_at) VALUES (%s, %s, %s::jsonb, %s) "
        "ON CONFLICT (case_id) DO UPDATE SET rule_id = excluded.rule_id, seen = excluded.seen, sent_at = excluded.sent_at "
        "WHERE aftersales_return_freight.decision_id IS NULL",
        [row["id"], found.rule_id, encode(seen), now],
    )


# ---- once it is there -----------------------------------------------------------------------------------------------

_COLUMNS = (
    "f.case_id, f.rule_id, f.seen::text AS seen, f.decision_id, c.order_id, c.shop_id, c.person_id, c.bearer"
)


@transaction.atomic
def pay(batch: Sequence[News[CaseMoved]]) -> None:
    """Later listener: cases that ended for their buyer. Each way back that somebody else bears is decided, and paid, once."""
    ended = [news.fact.case_id for news in batch if news.fact.state in ("refunded", "exchanged")]
    if not ended:
        return
    now = max(news.at for news in batch)
    rows = fetch(
        # What a courier collected at the door, or took under a label of the platform's, cost the buyer nothing.
        f"SELECT {_COLUMNS} FROM aftersales_return_freight f JOIN aftersales_case c ON c.id = f.case_id "
        "WHERE f.case_id = ANY(%s) AND f.decision_id IS NULL AND c.pickup <> 'collected' AND c.label <> 'used' ORDER BY f.case_id FOR UPDATE OF f",
        [ended],
    )
    judged = [(row, seen, core.judge(_terms(row["rule_id"]), seen)) for row in rows for seen in [_seen(row)]]
    owed = [one for one in judged if one[2].owed.minor]
    ids = dict(zip([row["case_id"] for row, *_ in owed], new_ids(len(owed)), strict=True))
    _decide(owed, ids, now)
    _grant([(row, verdict.payer, verdict.owed, ids[row["case_id"]]) for row, _, verdict in owed], now)


def _seen(row: Row) -> core.Seen:
    bearer = "platform" if row["bearer"] == "platform" else "shop"
    return replace(msgspec.json.decode(row["seen"], type=core.Seen), bearer=bearer)


def _terms(rule_id: UUID) -> core.Terms:
    return msgspec.convert(rulebook.version(rule_id).terms, core.Terms)


_Judged = tuple[Row, core.Seen, core.Verdict]


def _decide(
    judged: Sequence[_Judged], ids: Mapping[UUID, UUID], now: datetime, *, by: UUID | None = None
) -> None:
    """Write down why; a person's word on an appeal (*by*) is the last."""
    decisions.record(
        [
            decisions.DecisionDraft(
                id=ids[row["case_id"]],
                key=f"{core.PAID}:{row['case_id']}" + (":raised" if by else ""),
                kind=core.PAID,
                subject_kind="case",
                subject_id=row["case_id"],
                rule_id=row["rule_id"],
                facts=encode(seen),
                verdict=encode(verdict),
                effect_minor=verdict.owed.minor,
                currency=verdict.owed.currency,
                text=core.say(verdict),
                shop_id=row["shop_id"] if verdict.payer == "shop" else None,
                person_id=row["person_id"],
                decided_at=now,
                appeal_until=None if by else now + timedelta(days=_terms(row["rule_id"]).appeal_days),
                automatic=by is None,
                decided_by=by,
            )
            for row, seen, verdict in judged
        ]
    )
    execute(
        "UPDATE aftersales_return_freight f SET decision_id = w.decision_id "
        "FROM unnest(%s::uuid[], %s::uuid[]) AS w (case_id, decision_id) WHERE f.case_id = w.case_id",
        [[row["case_id"] for row, *_ in judged], [ids[row["case_id"]] for row, *_ in judged]],
    )
    events.emit(
        [
            CaseChanged(row["case_id"], row["order_id"], row["shop_id"], row["person_id"], "return_freight")
            for row, *_ in judged
        ],
        at=now,
    )


def _grant(owed: Sequence[tuple[Row, core.Payer, Money, UUID]], now: datetime) -> None:
    """Coupons, each paid by whom its decision names. The platform's own part the wallet books."""
    by_shop = [
        ledger.Charge(
            _key(decision_id), "case.return_freight", row["shop_id"], amount.minor, amount.currency,
            wallet.coupons_account(amount.currency), "case", row["case_id"], decision_id,
        )
        for row, payer, amount, decision_id in owed
        if payer == "shop"
    ]  # fmt: skip
    parts = {one.key: one for one in ledger.charge_shops(by_shop, now=now)}
    wallet.grant(
        [
            _coupon(row, amount, decision_id, parts.get(_key(decision_id)))
            for row, _, amount, decision_id in owed
        ],
        now=now,
    )
    ledger.post(
        [
            ledger.EntryDraft(
                new_id(), _key(decision_id), "case.return_freight_claimed", now, amount.currency,
                (
                    (ledger.Ref("carrier_claim", "carriers", amount.currency), amount.minor),
                    (ledger.Ref("goodwill", ledger.PLATFORM, amount.currency), -amount.minor),
                ),
                "case", row["case_id"], decision_id,
            )
            for row, payer, amount, decision_id in owed
            if payer == "carrier"
        ]
    )  # fmt: skip


def _key(decision_id: UUID) -> str:
    return f"return_freight:{decision_id}"


def _coupon(row: Row, amount: Money, decision_id: UUID, part: ledger.Charged | None) -> wallet.CouponGrant:
    return wallet.CouponGrant(
        id=derived_id(decision_id, "coupon"),
        person_id=row["person_id"],
        amount_minor=amount.minor,
        currency=amount.currency,
        reason=_TITLE,
        source_kind=SOURCE,
        source_id=decision_id,
        shop_id=row["shop_id"],
        from_balance=part.from_balance if part else 0,
        from_deposit=part.from_deposit if part else 0,
        advanced=part.advanced if part else 0,
        decision_id=decision_id,
    )


def paid_for(case_id: UUID) -> decisions.DecisionView | None:
    """The decision by which the way back of a case was paid, the last where it was raised; None where nobody pays it."""
    rows = fetch(
        "SELECT decision_id FROM aftersales_return_freight WHERE case_id = %s AND decision_id IS NOT NULL",
        [case_id],
    )
    return decisions.decision(rows[0]["decision_id"]) if rows else None


# ---- looked at again ------------------------------------------------------------------------------------------------


def most(decision: decisions.DecisionView) -> Money:
    """The most a buyer's appeal may raise what was given for a way back to."""
    assert decision.rule_id is not None
    return core.most_of(_terms(decision.rule_id), decision.currency)


def overturned(batch: Sequence[News[DecisionOverturned]]) -> None:
    """Now-listener: the shop was right, has its money again, and the platform bears it; or the buyer was, and is given what
    is missing, by whom the decision names. Once."""
    at = max(news.at for news in batch)
    ours = [
        news.fact
        for news in batch
        if news.fact.kind == core.PAID and decisions.acknowledge_undo(news.fact.decision_id, OWNER, now=at)
    ]
    wallet.take_over(SOURCE, [fact.decision_id for fact in ours if fact.party != "person"], now=at)
    for fact in ours:  # a person answers one by one
        if fact.party == "person":
            _raise(fact, at)


def _raise(fact: DecisionOverturned, now: datetime) -> None:
    """Raises Refusal ``claim.not_more`` where that gives no more than before."""
    [row] = fetch(
        f"SELECT {_COLUMNS} FROM aftersales_return_freight f JOIN aftersales_case c ON c.id = f.case_id "
        "WHERE f.case_id = %s FOR UPDATE OF f",
        [fact.subject_id],
    )
    before = decisions.decision(fact.decision_id)
    had = msgspec.convert(before.verdict, core.Verdict)
    named = fact.found.get("amount_minor")
    cost = Money(named, had.owed.currency) if named is not None else most(before)
    seen = replace(msgspec.convert(before.facts, core.Seen), receipt=cost)
    verdict = core.judge(_terms(row["rule_id"]), seen)
    if verdict.owed <= had.owed:
        raise Refusal(
            "claim.not_more",
            zh="这样并不会多补。如果原来的金额是对的，请维持原决定。",
            en="That gives no more than before. If the sum was right, uphold the decision.",
        )
    id = new_id()
    _decide([(row, seen, verdict)], {row["case_id"]: id}, now, by=fact.by)
    _grant([(row, verdict.payer, verdict.owed - had.owed, id)], now)
