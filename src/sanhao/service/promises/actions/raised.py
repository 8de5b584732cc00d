"""A buyer's appeal against what a promise gave by itself, or against its having been kept (`raises.py`).

What is missing is charged to whom the decision names and lies in the buyer's wallet, in the transaction of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction
from msgspec.structs import replace

from sanhao.books.ledger import api as ledger
from sanhao.books.wallet import api as wallet
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import derived_id, new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.promises import raises, shares
from sanhao.service.promises.actions.merge import Judged
from sanhao.service.promises.actions.review import is_raise
from sanhao.service.promises.actions.settle import decision_of
from sanhao.service.promises.book import THE_END, encode, facts_from, terms_of
from sanhao.service.promises.events import PromiseRaised
from sanhao.service.promises.kinds import CLAIMS, KINDS
from sanhao.service.promises.models import PROMISE
from sanhao.service.promises.queries import PromiseView

OWNER = "promises.raised"
"""What undid the first decision, where a buyer's appeal raised it."""
_COLUMNS = (
    "id, kind, state, checkout_id, order_id, line_id, shop_id, person_id, rule_id, facts::text AS facts, currency, "
    "owed_minor, decided_at, decision_id"
)


class Raisable(msgspec.Struct, frozen=True):
    """What a promise gave and the most an appeal may raise it to. *bearers*: who may be named to bear the difference."""

    had: Money
    most: Money
    bearers: tuple[raises.Bearer, ...]


def raisable(decision: decisions.DecisionView) -> Raisable | None:
    """Whether a buyer's appeal against *decision* could raise what it gave, and how far; None where it could not."""
    if not decision.kind.startswith("promise.") or shares.is_share(decision.kind):
        return None
    rows = _rows(decision.subject_id)
    return _raisable(rows[0], decision) if rows and rows[0]["kind"] not in CLAIMS else None


def _rows(promise_id: UUID, *, lock: bool = False) -> list[Row]:
    return fetch(
        f"SELECT {_COLUMNS} FROM promises_promise WHERE id = %s{' FOR UPDATE' if lock else ''}", [promise_id]
    )


def _raisable(row: Row, decision: decisions.DecisionView) -> Raisable | None:
    """It is raised once, and only while it is what the promise rests on."""
    if decision.id != row["decision_id"] and row["state"] != "kept":
        return None
    terms = _terms(decision.decided_at)
    had = Money(row["owed_minor"] or 0, row["currency"])
    most = Money(terms.most.get(row["currency"], 0) if terms else 0, row["currency"])
    bearers: tuple[raises.Bearer, ...] = ("shop", "platform") if row["shop_id"] else ("platform",)
    return Raisable(had, most, bearers) if had < most else None


def _terms(at: datetime) -> raises.Terms | None:
    try:
        rule = rulebook.in_force(raises.RULE, at=at)
    except LookupError:
        return None
    return msgspec.convert(rule.terms, raises.Terms)


def contestable(views: Sequence[PromiseView], *, now: datetime) -> list[PromiseView]:
    """Those of which their buyer may still say that they were not kept. One query, none where none was."""
    kept = [view for view in views if view.state == "kept" and view.kind not in CLAIMS]
    terms = _terms(now) if kept else None
    if terms is None:
        return []
    return [view for view in kept if view.decided_at and now <= view.decided_at + timedelta(days=terms.days)]


def contest(promise_id: UUID, *, person_id: UUID, text: str, now: datetime) -> UUID:
    """The buyer says that a promise was not kept: why it was found kept is written down now, and appealed against at once.
    Returns the decision's id.

    Raises NotFound for somebody else's promise, Refusal ``promise.not_contestable``, and what `decisions.appeal` does.
    """
    with transaction.atomic():
        rows = _rows(promise_id, lock=True)
        if not rows or rows[0]["person_id"] != person_id:
            raise NotFound("promise.unknown", zh="没有这个承诺。", en="There is no such promise.")
        row = rows[0]
        terms = _terms(now) if row["state"] == "kept" and row["kind"] not in CLAIMS else None
        if terms is None or now > row["decided_at"] + timedelta(days=terms.days):
            raise Refusal(
                "promise.not_contestable",
                zh="这个承诺现在不能提出异议。",
                en="Nothing can be said against this promise now.",
            )
        known = [
            one.id for one in decisions.of_subject("promise", promise_id) if one.key == _kept_key(promise_id)
        ]
        id = known[0] if known else _say_kept(row, now)
        decisions.appeal(id, by=person_id, person_id=person_id, text=text, now=now)
    return id


def _kept_key(promise_id: UUID) -> str:
    return f"promise:{promise_id}:kept"


def _say_kept(row: Row, now: datetime) -> UUID:
    judged = _judged(row)
    judged.decision_id = new_id()
    decisions.record([replace(decision_of(judged, now), key=_kept_key(row["id"]))])
    return judged.decision_id


def _judged(row: Row) -> Judged:
    kind, terms = KINDS[row["kind"]], terms_of(row["rule_id"], row["kind"])
    facts = facts_from(row["kind"], row["facts"])
    return Judged(row, terms, facts, kind.judge(terms, facts, THE_END))


def overturned(batch: Sequence[News[DecisionOverturned]]) -> None:
    """Now-listener: a person granted a buyer's appeal. What is missing is given, and paid by whom the person named. Once."""
    at = max(news.at for news in batch)
    for news in batch:  # one: a person answers one at a time
        if is_raise(news.fact) and decisions.acknowledge_undo(news.fact.decision_id, OWNER, now=at):
            _raise(news.fact, at)


def _raise(fact: DecisionOverturned, now: datetime) -> None:
    """*found* says how much in all (`amount_minor`), and whether the platform bears it (`by_platform`).

    Raises Refusal ``promise.not_raised`` where nothing more can be given, or the sum is no higher, or beyond the most.
    """
    [row] = _rows(fact.subject_id, lock=True)
    before = decisions.decision(fact.decision_id)
    may = _raisable(row, before)
    wanted = fact.found.get("amount_minor")
    if may is None or wanted is None or not may.had.minor < wanted <= may.most.minor:
        raise Refusal(
            "promise.not_raised",
            zh="请写一个比已赔的多、又不超过上限的金额；如果原来的对，请维持原决定。",
            en="Give a sum that is more than was given and no more than the limit. If it was right, uphold the decision.",
        )
    by_platform = fact.found.get("by_platform") or "shop" not in may.bearers
    bearer: raises.Bearer = "platform" if by_platform else "shop"
    word = raises.Raised(
        Money(wanted, row["currency"]),
        may.had,
        bearer,
        decisions.appeal_by_id(fact.appeal_id).answer,
        shop=str(row["shop_id"]) if bearer == "shop" else "",
    )
    id = _decide(row, word, fact.by, now)
    _grant(row, word, id, now)


def _decide(row: Row, word: raises.Raised, by: UUID | None, now: datetime) -> UUID:
    judged, id = _judged(row), new_id()
    verdict = raises.verdict(judged.verdict, word)
    judged.verdict, judged.decision_id = verdict, id
    drafted = replace(
        decision_of(judged, now, by=by),
        key=f"promise:{row['id']}:raised",
        kind=shares.decision_kind(row["kind"], raised=True),
        facts=raises.with_raised(row["facts"], word),
        effect_minor=word.owed.minor,
        currency=word.owed.currency,
        text=raises.say(word),
        appeal_until=None,
    )
    decisions.record([drafted])
    if row["state"] == "kept":
        each: dict[str, tuple[str, Sequence[object]]] = {
            "owed_minor": ("bigint", [word.owed.minor]),
            "decision_id": ("uuid", [id]),
            "raised": ("jsonb", [encode(word)]),
            "reason": ("text", [verdict.reason]),
            "fault": ("text", [";".join(verdict.fault)]),
        }
        PROMISE.move_rows([row["id"]], "broken", at=now, by=by, each=each)
    else:
        execute(
            "UPDATE promises_promise SET owed_minor = %s, decision_id = %s, raised = %s::jsonb WHERE id = %s",
            [word.owed.minor, id, encode(word), row["id"]],
        )
    events.emit(
        [
            PromiseRaised(
                row["id"], row["kind"], row["checkout_id"], row["order_id"], row["shop_id"], row["person_id"],
                word.owed.minor, row["currency"], id,
            )
        ],
        at=now,
    )  # fmt: skip
    return id


def _grant(row: Row, word: raises.Raised, decision_id: UUID, now: datetime) -> None:
    """The coupon of what was missing. The platform's own part the wallet books."""
    key, currency, part = f"promise:{row['id']}:raised", row["currency"], None
    if word.bearer == "shop":
        [part] = ledger.charge_shops(
            [
                ledger.Charge(
                    key, "promise.compensation", row["shop_id"], word.more.minor, currency,
                    wallet.coupons_account(currency), "promise", row["id"], decision_id,
                )
            ],
            now=now,
        )  # fmt: skip
    wallet.grant(
        [
            wallet.CouponGrant(
                id=derived_id(row["id"], "raised"),
                person_id=row["person_id"],
                amount_minor=word.more.minor,
                currency=currency,
                reason=KINDS[row["kind"]].title,
                source_kind="decision",
                source_id=decision_id,
                shop_id=row["shop_id"],
                from_balance=part.from_balance if part else 0,
                from_deposit=part.from_deposit if part else 0,
                advanced=part.advanced if part else 0,
                decision_id=decision_id,
            )
        ],
        now=now,
    )
