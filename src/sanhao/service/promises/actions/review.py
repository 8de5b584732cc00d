"""Second looks: a scan dated in time that arrives after settlement, and decisions that an appeal overturned.

The buyer keeps what was given in either case; whether the shop gets its money back, a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.books.wallet import api as wallet
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned, DecisionUpheld
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.keeper import Row
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.promises import shares
from sanhao.service.promises.core import Collected, Delivered, PromiseNews, Verdict
from sanhao.service.promises.events import PromiseReversed, ShareReversed
from sanhao.service.promises.kinds import CLAIMS
from sanhao.service.promises.models import PROMISE

OWNER = "promises"
_HEARD_BY = {"late_shipment": Collected, "late_delivery": Delivered}
_LATE_SCAN = Text(
    zh="承运商后来补传了一条在承诺时间内的扫描记录，请核对是否应退还商家。",
    en="The carrier reported, after settlement, a scan dated within the promised time. Should the shop have its money back?",
)


def open_reviews(told: Sequence[tuple[Row, Sequence[PromiseNews]]], *, at: datetime) -> None:
    """Broken, paid promises that hear of a scan dated in time: a review opens, never a silent clawback.

    What somebody has appealed already is looked at anyway; what was answered before has had its second look.
    """
    doubtful = {
        row["decision_id"]: row["id"] for row, news in told if any(_in_time(row, item) for item in news)
    }
    opened = decisions.open_reviews(list(doubtful), text=_LATE_SCAN, now=at)
    PROMISE.move([doubtful[id] for id in opened], "review", at=at, only_from=["broken"])


def _in_time(row: Row, news: PromiseNews) -> bool:
    """Whether *news* is the scan this promise was waiting for, dated before its deadline."""
    return (
        isinstance(news, Collected | Delivered)
        and isinstance(news, _HEARD_BY.get(row["kind"], ()))
        and (news.at <= row["due_at"])
    )


def upheld(batch: Sequence[News[DecisionUpheld]]) -> None:
    """Now-listener: the decision stands, and so does the promise's end."""
    at = max(news.at for news in batch)
    ids = [news.fact.subject_id for news in batch if _is_whole(news.fact.kind)]
    PROMISE.move(ids, "broken", at=at, only_from=["review"])


def overturned(batch: Sequence[News[DecisionOverturned]]) -> None:
    """Now-listener: the shop has its money back, the platform bears it, the buyer keeps what was given. Once.

    Overturning one shop's share of a promise about several gives back that share alone; the promise stays broken.
    Where it was the buyer who appealed, nobody's money goes back: the case raises what a claim gave, `raised` the rest.
    """
    at = max(news.at for news in batch)
    ours = [
        news.fact
        for news in batch
        if news.fact.kind.startswith("promise.")
        and decisions.acknowledge_undo(news.fact.decision_id, OWNER, now=at)
    ]
    ours = [fact for fact in ours if not raises(fact) and not is_raise(fact)]
    whole = [fact.subject_id for fact in ours if _is_whole(fact.kind)]
    moved = PROMISE.move(whole, "reversed", at=at)
    rows = fetch(
        "SELECT id, kind, checkout_id, order_id, shop_id, person_id, decision_id, currency "
        "FROM promises_promise WHERE id = ANY(%s) ORDER BY id",
        [moved],
    )
    # What paid for coupons the wallet gives back itself; refunds were paid straight from the shops' accounts.
    wallet.take_over("promise", [row["id"] for row in rows], now=at)
    overturned_shares = {fact.decision_id for fact in ours if shares.is_share(fact.kind)}
    wide = {row["id"] for row in rows if row["shop_id"] is None}
    given = _give_back(
        [
            entry
            for entry in ledger.entries_of("promise", sorted({fact.subject_id for fact in ours}))
            if entry.cause_id in moved or entry.decision_id in overturned_shares
        ],
        at,
    )
    ledger.credit_shops(_borne_by_shops(rows), now=at)
    events.emit(
        [
            PromiseReversed(
                row["id"], row["kind"], row["checkout_id"], row["order_id"], row["shop_id"], row["person_id"],
                row["decision_id"],
            )
            for row in rows
        ],
        at=at,
    )  # fmt: skip
    _tell_shares(
        [credit for credit in given if credit.cause_id in wide or credit.decision_id in overturned_shares], at
    )


def _borne_by_shops(rows: Sequence[Row]) -> list[ledger.Credit]:
    """What went back to buyers by claims came out of what was held for the shops, or out of their purses: each has its
    part again. Coupons are the wallet's."""
    claims = [row for row in rows if row["kind"] in CLAIMS]
    decided = decisions.decisions([row["decision_id"] for row in claims])
    credits = []
    for row in claims:
        shop = str(row["shop_id"])
        verdict = msgspec.convert(decided[row["decision_id"]].verdict, Verdict)
        own = [s.amount.minor for s in verdict.shares if s.payer == shop and s.what in ("goods", "freight")]
        if sum(own):
            credits.append(
                ledger.Credit(
                    key=f"reversed:promise:{row['id']}",
                    kind="promise.reversed",
                    shop_id=row["shop_id"],
                    amount_minor=sum(own),
                    currency=row["currency"],
                    debit=ledger.Ref("goodwill", ledger.PLATFORM, row["currency"]),
                    cause_kind="promise",
                    cause_id=row["id"],
                    decision_id=row["decision_id"],
                )
            )
    return credits


def raises(fact: DecisionOverturned) -> bool:
    """Whether a granted appeal is the buyer's, for more than a claim has given."""
    return fact.party == "person" and shares.kind_name(fact.kind) in CLAIMS


def is_raise(fact: DecisionOverturned) -> bool:
    """Whether a granted appeal is a buyer's about a promise that nobody had to claim."""
    return (
        fact.party == "person"
        and fact.kind.startswith("promise.")
        and shares.kind_name(fact.kind) not in CLAIMS
    )


def _is_whole(decision_kind: str) -> bool:
    """Whether a decision is about a promise itself, not about one shop's share of it."""
    return decision_kind.startswith("promise.") and not shares.is_share(decision_kind)


def _give_back(entries: Sequence[ledger.EntryView], at: datetime) -> list[ledger.Credit]:
    """What shops were charged and have not got back yet. A share may have been given back before the whole was.

    The last charge is undone first, so that each purse gets back what was taken from it.
    """
    credits = [
        credit
        for entry in reversed(entries)
        if entry.kind == "promise.compensation"
        and not any(line.ref.code == "coupons" for line in entry.lines)
        for credit in _mirrored(entry)
    ]
    before = ledger.posted([credit.key for credit in credits])
    fresh = [credit for credit in credits if credit.key not in before]
    ledger.credit_shops(fresh, now=at)
    return fresh


def _tell_shares(given: Sequence[ledger.Credit], at: datetime) -> None:
    """Each shop hears once of its share, however many orders it had paid for."""
    kinds = {
        row["id"]: row["kind"]
        for row in fetch(
            "SELECT id, kind FROM promises_promise WHERE id = ANY(%s)",
            [[credit.cause_id for credit in given]],
        )
    }
    told = {
        credit.decision_id: ShareReversed(
            credit.cause_id, kinds[credit.cause_id], credit.shop_id, credit.decision_id
        )
        for credit in given
        if credit.decision_id is not None
    }
    events.emit(list(told.values()), at=at)


def _mirrored(entry: ledger.EntryView) -> Iterator[ledger.Credit]:
    """The mirror of a charge: every shop that paid, its deposit's part to the deposit."""
    taken: dict[str, dict[str, int]] = {}
    for line in entry.lines:
        if line.ref.code in ("balance", "deposit", "receivable"):
            taken.setdefault(line.ref.holder, {})[line.ref.code] = line.amount.minor
    for shop, parts in taken.items():
        currency = entry.lines[0].ref.currency
        yield ledger.Credit(
            key=f"reversed:{entry.id}",
            kind="promise.reversed",
            shop_id=UUID(shop),
            amount_minor=sum(parts.values()),
            currency=currency,
            debit=ledger.Ref("goodwill", "platform", currency),
            cause_kind="promise",
            cause_id=entry.cause_id,
            decision_id=entry.decision_id,
            from_deposit=parts.get("deposit", 0),
        )
