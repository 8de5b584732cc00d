"""Claims: asked ahead, made, and answered. Here a claim is judged and its decision written; its money is moved by who
called (the case), in the same transaction, as the decision's split says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from msgspec.structs import replace

from sanhao.fairness.decisions import api as decisions
from sanhao.kit import events
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch, together
from sanhao.service.promises.actions.hear import end, identity, reschedule
from sanhao.service.promises.actions.merge import Judged
from sanhao.service.promises.actions.settle import broken_to, decision_of
from sanhao.service.promises.book import encode, facts_from, terms_of, timely
from sanhao.service.promises.core import Admission, Answered, AnyClaimKind, Claimed, Verdict
from sanhao.service.promises.events import PromiseBroken
from sanhao.service.promises.kinds import CLAIMS

_COLUMNS = (
    "p.id, p.kind, p.checkout_id, p.order_id, p.line_id, p.shop_id, p.person_id, p.rule_id, p.facts::text AS facts, "
    "p.currency, p.due_at, p.state"
)


class ClaimOutcome(msgspec.Struct, frozen=True):
    """What a claim came to. While it waits for its answer there is no decision; *verdict* then is `waiting`."""

    promise_id: UUID
    kind: str
    order_id: UUID
    line_id: UUID
    verdict: Verdict
    decision_id: UUID | None


def admit(promise_id: UUID, claim: Claimed, *, now: datetime) -> Admission:
    """Whether *claim* could be made now, what it would give, who would pay it, and what evidence is missing. Two queries.

    Raises NotFound for what is no guarantee with claims.
    """
    row = _row(promise_id, lock=False)
    kind, terms = _kind(row), terms_of(row["rule_id"], row["kind"])
    claim = _with_last(row, claim)
    if row["state"] != "open":
        answer = kind.admit(terms, facts_from(row["kind"], row["facts"]), claim, now)
        return answer if not answer.ok else replace(answer, ok=False, reason="over", text=_OVER.text)
    return kind.admit(terms, facts_from(row["kind"], row["facts"]), claim, now)


def claim(
    promise_id: UUID, news: Claimed | Answered | Sequence[Claimed | Answered], *, now: datetime
) -> ClaimOutcome:
    """The promise hears of a claim, or of its answer, or of both. In the caller's transaction, if there is one; whoever
    locks the order as well locks it first.

    Call it with `Claimed` when the buyer asks (from then on the window waits for the answer) and with `Answered` when it
    is known what becomes of it. A granted one is owed: the decision is written and the promise broken, and the caller
    moves the money by *verdict.split*. Told twice, the second time changes nothing.

    Raises Refusal ``claim.<reason>`` for a claim that is not admitted, ``claim.over``; NotFound.
    """
    told = [news] if isinstance(news, Claimed | Answered) else list(news)
    with together():
        row = _row(promise_id, lock=True)
        kind, terms = _kind(row), terms_of(row["rule_id"], row["kind"])
        facts = facts_from(row["kind"], row["facts"])
        if row["state"] not in ("open", "kept"):
            return _again(row, kind, terms, facts, told, now)
        for item in told:
            if isinstance(item, Claimed):
                item = _with_last(row, item)
                _require(row, kind, terms, facts, item, now)
            facts = kind.hear(terms, facts, item)
        return _conclude(row, kind, terms, facts, now)


def _row(promise_id: UUID, *, lock: bool) -> Row:
    rows = fetch(
        f"SELECT {_COLUMNS}, p.decision_id FROM promises_promise p WHERE p.id = %s AND p.kind = ANY(%s) "
        f"{'FOR UPDATE' if lock else ''}",
        [promise_id, list(CLAIMS)],
    )
    if not rows:
        raise NotFound("claim.unknown", zh="没有这个保障。", en="There is no such guarantee.")
    return rows[0]


def _kind(row: Row) -> AnyClaimKind:
    return CLAIMS[row["kind"]]


_OVER = Refusal("claim.over", zh="这个保障已经结束。", en="This guarantee is over.")


def _require(row: Row, kind: AnyClaimKind, terms: Any, facts: Any, claim: Claimed, now: datetime) -> None:
    if claim.at > now:
        raise Invalid("claim.future", zh="申请时间在将来。", en="A claim is made now or earlier.")
    if any(known.id == claim.id for known in facts.claims):
        return  # told again
    if row["state"] != "open":
        raise _OVER
    answer = kind.admit(terms, facts, claim, now)
    if not answer.ok:
        raise Refusal(f"claim.{answer.reason}", zh=f"{answer.text.zh}。", en=f"{answer.text.en}.")


def _with_last(row: Row, claim: Claimed) -> Claimed:
    """The claim with when this buyer was last granted one of the kind at this brand. A brand is its shop."""
    if claim.last_at is not None:
        return claim
    [found] = fetch(
        "SELECT max(decided_at) AS at FROM promises_promise WHERE kind = %s AND person_id = %s AND shop_id = %s "
        "AND state IN ('broken', 'review') AND id <> %s",
        [row["kind"], row["person_id"], row["shop_id"], row["id"]],
    )
    return replace(claim, last_at=found["at"])


def _conclude(row: Row, kind: AnyClaimKind, terms: Any, facts: Any, now: datetime) -> ClaimOutcome:
    verdict = kind.judge(terms, facts, now)
    due = kind.due(terms, facts)
    row |= {"facts": encode(facts), "due_at": due.due_at, "settle_at": timely(due), "cancel_at": None}
    row["reason"] = verdict.reason
    decision_id = None
    if verdict.outcome == "broken":
        decision_id = _owe(Judged(row, terms, facts, verdict), now)
    elif row["state"] == "open" and verdict.outcome == "waiting":
        reschedule([row])
    elif row["state"] == "open":
        end([row], verdict.outcome, at=now)
    return _outcome(row, verdict, decision_id)


def _owe(judged: Judged, now: datetime) -> UUID:
    """The decision, the promise broken, the news of it. Whoever called moves the money."""
    judged.decision_id = decision_id = new_id()
    decisions.record([decision_of(judged, now)])
    broken_to([judged], now, facts=True)
    events.emit(
        [
            PromiseBroken(
                *identity(judged.row),
                judged.owed_minor,
                judged.row["currency"],
                judged.verdict.remedy,
                decision_id,
            )
        ],
        at=now,
    )
    return decision_id


def _again(
    row: Row, kind: AnyClaimKind, terms: Any, facts: Any, told: Sequence[Claimed | Answered], now: datetime
) -> ClaimOutcome:
    """What was told before changes nothing; anything else comes too late."""
    known = {item.id for item in (*facts.claims, *facts.answers)}
    if not all(item.id in known for item in told):
        raise _OVER
    return _outcome(row, kind.judge(terms, facts, now), row["decision_id"])


def _outcome(row: Mapping[str, Any], verdict: Verdict, decision_id: UUID | None) -> ClaimOutcome:
    return ClaimOutcome(
        row["id"], row["kind"], cast(UUID, row["order_id"]), cast(UUID, row["line_id"]), verdict, decision_id
    )
