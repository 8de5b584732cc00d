"""What is due is judged and settled: verdict, decision, coupon or refund, entries and facts, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.books.wallet import api as wallet
from sanhao.fairness.decisions import api as decisions
from sanhao.kit import events
from sanhao.kit.ids import derived_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import execute
from sanhao.service.orders import api as orders
from sanhao.service.promises import shares
from sanhao.service.promises.actions.hear import end, identity
from sanhao.service.promises.actions.merge import Judged, judge_row, merge_windows
from sanhao.service.promises.book import encode
from sanhao.service.promises.core import CARRIER, FreightBack
from sanhao.service.promises.events import PromiseBroken, ShareCharged
from sanhao.service.promises.kinds import KINDS
from sanhao.service.promises.models import PROMISE

APPEAL_DAYS = 30
_OF_FREIGHT = ("late_delivery", "chosen_courier")
"""What they give back is freight, of which there is only so much."""


def settle_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: open promises whose time has come. Runs in the claiming transaction."""
    judged = merge_windows([judge_row(row, now) for row in rows], now)
    for state in ("kept", "void"):
        ended = [_ended(j) for j in judged if j.verdict.outcome == state]
        end(ended, state, at=now)
    broken = [j for j in judged if j.verdict.outcome == "broken"]
    if broken:
        _break(broken, now)
    _wait([j for j in judged if j.verdict.outcome == "waiting"])


def _ended(judged: Judged) -> Row:
    return judged.row | {"reason": judged.verdict.reason}


def _wait(judged: Sequence[Judged]) -> None:
    """Judged too early: what only news can end waits for news."""
    if judged:
        execute(
            "UPDATE promises_promise SET settle_at = NULL WHERE id = ANY(%s)", [[j.row["id"] for j in judged]]
        )


def _break(broken: list[Judged], now: datetime) -> None:
    broken, retold = _hold_orders(broken, now)
    for item, decision_id in zip(broken, new_ids(len(broken)), strict=True):
        item.decision_id = decision_id
    # What several shops were promised for together is charged to each at fault by a decision of its own.
    wide = [item for item in broken if item.row["shop_id"] is None]
    charged = [draft for item in wide for draft in _shares(item, now)]
    decisions.record([decision_of(item, now) for item in broken] + charged)
    broken_to(broken, now, facts=retold)
    events.emit(
        [
            PromiseBroken(*identity(j.row), j.owed_minor, j.row["currency"], j.verdict.remedy, j.decision_id)
            for j in broken
        ],
        at=now,
    )
    events.emit([_charged(draft) for draft in charged], at=now)
    # What is written so far is checked now and not at the end, when others wait.
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    # Money last: from here on the shops' accounts are locked, and other keepers wait for the busiest shop. What is
    # held of the orders is locked before, as everybody does.
    settlement.lock([order.id for item in broken for order, _ in item.back])
    _grant([j for j in broken if j.verdict.remedy == "coupon" and j.owed_minor], now)
    _refund([j for j in broken if j.verdict.remedy == "refund" and j.owed_minor], now)


def broken_to(broken: Sequence[Judged], now: datetime, *, facts: bool = False) -> None:
    """The promises are broken by their decisions; with *facts*, those they were judged by are kept as well."""
    PROMISE.move(
        [j.row["id"] for j in broken],
        "broken",
        at=now,
        held=True,
        each={
            "decided_at": ("timestamptz", [now] * len(broken)),
            "reason": ("text", [j.verdict.reason for j in broken]),
            "fault": ("text", [";".join(j.verdict.fault) for j in broken]),
            "owed_minor": ("bigint", [j.owed_minor for j in broken]),
            "decision_id": ("uuid", [j.decision_id for j in broken]),
            **({"facts": ("jsonb", [j.row["facts"] for j in broken])} if facts else {}),
        },
    )


def decision_of(judged: Judged, now: datetime, *, by: UUID | None = None) -> decisions.DecisionDraft:
    """*by*: the person who decided, where it was one."""
    row = judged.row
    return decisions.DecisionDraft(
        id=judged.decision_id,
        key=f"promise:{row['id']}",
        kind=shares.decision_kind(row["kind"]),
        subject_kind="promise",
        subject_id=row["id"],
        rule_id=row["rule_id"],
        facts=row["facts"],
        verdict=encode(judged.verdict),
        effect_minor=judged.owed_minor or 0,
        currency=judged.verdict.owed.currency if judged.verdict.owed is not None else "",
        text=KINDS[row["kind"]].say(judged.terms, judged.facts, judged.verdict),
        shop_id=row["shop_id"],
        person_id=row["person_id"],
        decided_at=now,
        appeal_until=now + timedelta(days=APPEAL_DAYS),
        automatic=by is None,
        decided_by=by,
    )


def _shares(item: Judged, now: datetime) -> Iterator[decisions.DecisionDraft]:
    """For each shop that pays a part: the same facts and reason, the sum its own, and an appeal of its own."""
    row, kind = item.row, KINDS[item.row["kind"]]
    orders_left = tuple(left for _, left in item.back)
    charged = shares.shared(item.verdict, orders_left)
    for (shop, part), decision_id in zip(charged.items(), new_ids(len(charged)), strict=True):
        share = shares.Share(shop, orders_left)
        verdict = shares.of_shop(item.verdict, share)
        item.shares[shop] = decision_id
        yield decisions.DecisionDraft(
            id=decision_id,
            key=f"promise:{row['id']}:{shop}",
            kind=shares.decision_kind(row["kind"], share=True),
            subject_kind="promise",
            subject_id=row["id"],
            rule_id=row["rule_id"],
            facts=shares.with_share(row["facts"], share),
            verdict=encode(verdict),
            effect_minor=part.minor,
            currency=part.currency,
            text=kind.say_to_shop(item.terms, item.facts, verdict),
            shop_id=UUID(shop),
            person_id=None,
            decided_at=now,
            appeal_until=now + timedelta(days=APPEAL_DAYS),
        )


def _charged(draft: decisions.DecisionDraft) -> ShareCharged:
    assert draft.shop_id is not None
    return ShareCharged(
        draft.subject_id,
        shares.kind_name(draft.kind),
        draft.shop_id,
        draft.effect_minor,
        draft.currency,
        draft.id,
    )


def _grant(items: Sequence[Judged], now: datetime) -> None:
    """Coupons: the shop is charged (balance, deposit, then the platform advances), the buyer's wallet holds them.

    What was promised about several shops' orders together is one coupon, out of the platform's goodwill, to which the
    shops at fault pay equal parts.
    """
    if not items:
        return
    charges = [charge for item in items for charge in _coupon_charges(item)]
    by_key = {charged.key: charged for charged in ledger.charge_shops(charges, now=now)}
    nothing = ledger.Charged("", items[0].decision_id, 0, 0, 0)
    paid = [by_key.get(f"promise:{j.row['id']}", nothing) for j in items]
    wallet.grant(
        [
            wallet.CouponGrant(
                id=derived_id(j.row["id"], "coupon"),
                person_id=j.row["person_id"],
                amount_minor=j.owed_minor or 0,
                currency=j.row["currency"],
                reason=KINDS[j.row["kind"]].title,
                source_kind="promise",
                source_id=j.row["id"],
                shop_id=j.row["shop_id"],
                from_balance=part.from_balance,
                from_deposit=part.from_deposit,
                advanced=part.advanced,
                decision_id=j.decision_id,
            )
            for j, part in zip(items, paid, strict=True)
        ],
        now=now,
    )


def _coupon_charges(item: Judged) -> list[ledger.Charge]:
    row, currency = item.row, item.row["currency"]
    key, owed = f"promise:{row['id']}", item.owed_minor or 0
    if row["shop_id"] is not None:
        due = [(key, row["shop_id"], owed, wallet.coupons_account(currency), item.decision_id)]
    else:
        goodwill = ledger.Ref("goodwill", ledger.PLATFORM, currency)
        due = [
            (f"{key}:{shop}", UUID(shop), part.minor, goodwill, item.shares[shop])
            for shop, part in shares.shared(item.verdict).items()
        ]
    return [
        ledger.Charge(
            key=name,
            kind="promise.compensation",
            shop_id=shop,
            amount_minor=amount,
            currency=currency,
            credit=credit,
            cause_kind="promise",
            cause_id=row["id"],
            decision_id=decision_id,
        )
        for name, shop, amount, credit, decision_id in due
    ]


def _hold_orders(broken: list[Judged], now: datetime) -> tuple[list[Judged], bool]:
    """Lock the orders that money goes back to, and say what is left of them for each promise in turn. Whose order is
    busy (a buyer is cancelling it) waits for the next batch. And whether a promise heard of freight that was back already.
    """
    refunds = [j for j in broken if j.verdict.remedy == "refund" and j.owed_minor]
    if not refunds:
        return broken, False
    held = orders.hold(
        order_ids=[j.row["order_id"] for j in refunds if j.row["order_id"]],
        checkout_ids=[j.row["checkout_id"] for j in refunds if not j.row["order_id"]],
    )
    by_subject: dict[UUID, list[orders.Held]] = defaultdict(list)
    for order in held:
        by_subject[order.id].append(order)
        by_subject[order.checkout_id].append(order)
    left = {order.id: order.left_minor for order in held}
    freight_left = {order.id: order.freight_left_minor for order in held}
    busy, retold = set(), False
    for item in refunds:
        of_subject = by_subject.get(item.row["order_id"] or item.row["checkout_id"])
        if of_subject is None:
            busy.add(id(item))
            continue
        of_freight = item.row["kind"] in _OF_FREIGHT
        if of_freight and item.row["order_id"] and not item.row["line_id"]:
            retold |= _less_freight(item, of_subject[0], freight_left[of_subject[0].id], now)
        if item.verdict.owed is None:
            continue
        item.back = [
            (
                order,
                shares.Left(
                    weight, min(left[order.id], freight_left[order.id]) if of_freight else left[order.id]
                ),
            )
            for order, weight in zip(of_subject, _weights(of_subject, item), strict=True)
        ]
        for (order, _), minor in zip(
            item.back, shares.back(item.verdict.owed, [each for _, each in item.back]), strict=True
        ):
            left[order.id] -= minor
            freight_left[order.id] -= minor if of_freight else 0
    return [j for j in broken if id(j) not in busy], retold


def _less_freight(item: Judged, order: orders.Held, left_minor: int, now: datetime) -> bool:
    """Freight goes back once: what went back before is a fact of the promise, so that it says what it gives."""
    back = order.freight_minor - left_minor
    if not back or item.owed_minor is None or item.owed_minor <= left_minor:
        return False
    kind = KINDS[item.row["kind"]]
    item.facts = kind.hear(item.terms, item.facts, FreightBack(Money(back, item.row["currency"])))
    item.row["facts"] = encode(item.facts)
    item.verdict = kind.judge(item.terms, item.facts, now)
    item.owed_minor = item.verdict.owed.minor if item.verdict.owed is not None else None
    return True


def _refund(items: Sequence[Judged], now: datetime) -> None:
    """Money back: whoever is at fault pays into the shop's escrow, and the refund comes out of it."""
    covers: list[settlement.Cover] = []
    parts: list[orders.Part] = []
    for item in items:
        owed = item.verdict.owed
        if owed is None:
            continue
        given = shares.back(owed, [left for _, left in item.back])
        for (order, each), amount in zip(item.back, given, strict=True):
            if not amount:
                continue
            whole = item.row["kind"] == "non_delivery" and amount == each.minor
            covers += _covers(item, order, Money(amount, owed.currency))
            parts.append(
                orders.Part(
                    key=f"promise:{item.row['id']}:{order.id}",
                    order_id=order.id,
                    cause_kind="promise",
                    cause_id=item.row["id"],
                    amount_minor=None if whole else amount,
                    freight_minor=amount if item.row["kind"] in _OF_FREIGHT else 0,
                    decision_id=item.decision_id,
                )
            )
    settlement.cover(covers, now=now)
    for round_ in _rounds(parts):
        orders.refund(round_, now=now)


def _weights(of_subject: Sequence[orders.Held], item: Judged) -> list[int]:
    """A promise about a whole checkout is shared over its orders: by freight, or by all that was paid."""
    if item.row["kind"] in _OF_FREIGHT:
        return [order.freight_minor for order in of_subject]
    return [order.total_minor for order in of_subject]


def _rounds(parts: Sequence[orders.Part]) -> list[list[orders.Part]]:
    """Two promises of one batch may refund the same order: one after the other, never more than is left."""
    rounds: list[list[orders.Part]] = []
    seen: dict[UUID, int] = defaultdict(int)
    for part in parts:
        index = seen[part.order_id]
        seen[part.order_id] += 1
        if index == len(rounds):
            rounds.append([])
        rounds[index].append(part)
    return rounds


def _covers(item: Judged, order: orders.Held, amount: Money) -> list[settlement.Cover]:
    """Who pays into the order's escrow what goes back out of it: shops at fault equal parts, a carrier's fault becomes
    a claim on carriers; the platform's own fault takes the escrow itself, since the goods never arrived."""
    key, cause = f"promise:{item.row['id']}:{order.id}", item.row["id"]
    covers = [
        settlement.Cover(
            f"{key}:{shop}", "promise.compensation", order.id, part.minor, UUID(shop), "promise", cause,
            item.shares.get(shop, item.decision_id),
        )
        for shop, part in shares.parts(item.verdict, amount).items()
        if part
    ]  # fmt: skip
    if item.verdict.fault == (CARRIER,):
        claim = ledger.Ref("carrier_claim", "carriers", amount.currency)
        covers.append(
            settlement.Cover(
                f"{key}:{CARRIER}", "promise.carrier_claim", order.id, amount.minor, claim, "promise", cause,
                item.decision_id,
            )
        )  # fmt: skip
    return covers
