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
from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch, together
from sanhao.service.promises.actions.hear import end, identity, reschedule
from sanhao.service.promises.actions.merge import Judged
from sanhao.service.promises.actions.settle import broken_to, decision_of
from sanhao.service.promises.book import THE_END, encode, facts_from, terms_of, timely
from sanhao.service.promises.claims import granted as granted_claim
from sanhao.service.promises.claims import require_found
from sanhao.service.promises.core import Admission, Answered, AnyClaimKind, Claimed, Verdict
from sanhao.service.promises.events import PromiseBroken, PromiseRaised
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
        heard = Judged(row, terms, facts, kind.judge(terms, facts, now))
        _conclude([heard], now)
        return _told(heard)


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


def answer(
    answers: Mapping[UUID, Answered], *, now: datetime, by: UUID | None = None
) -> dict[UUID, ClaimOutcome]:
    """What became of claims, by promise: `claim` for as many as there are, in a fixed number of statements. In the
    caller's transaction. *by*: the person of the platform who decided.

    Raises Refusal ``claim.over`` for a yes to a promise that has ended another way (a no then changes nothing), Invalid
    ``claim.found_…`` for what cannot have been found.
    """
    rows = fetch(
        f"SELECT {_COLUMNS}, p.decision_id FROM promises_promise p WHERE p.id = ANY(%s) AND p.kind = ANY(%s) "
        "ORDER BY p.id FOR UPDATE",
        [list(answers), list(CLAIMS)],
    )
    heard: list[Judged] = []
    found: dict[UUID, ClaimOutcome] = {}
    for row in rows:
        kind, terms = _kind(row), terms_of(row["rule_id"], row["kind"])
        facts, told = facts_from(row["kind"], row["facts"]), answers[row["id"]]
        if row["state"] not in ("open", "kept"):
            if told.granted and all(known.id != told.id for known in facts.answers):
                raise _OVER
            found[row["id"]] = _outcome(row, kind.judge(terms, facts, now), row["decision_id"])
            continue
        require_found(terms, facts, told, kind.RULE)
        facts = kind.hear(terms, facts, told)
        heard.append(Judged(row, terms, facts, kind.judge(terms, facts, now)))
    _conclude(heard, now, by=by)
    return found | {one.row["id"]: _told(one) for one in heard}


class Granted(msgspec.Struct, frozen=True):
    """A claim that was granted: as it was made, its answer, and what that came to. *most*: as it was claimed."""

    promise_id: UUID
    kind: str
    claim: Claimed
    answer: Answered
    verdict: Verdict
    most: Verdict


def weighs(kind: str) -> tuple[str, ...]:
    """What a person who looks at the file of a claim of *kind* may find otherwise (fields of `Answered`)."""
    found: tuple[str, ...] = CLAIMS[kind].RULE.weighs
    return found


def granted(promise_id: UUID) -> Granted | None:
    """The claim this promise was broken by; None where it was not broken, or not by a claim."""
    rows = fetch(
        f"SELECT {_COLUMNS} FROM promises_promise p WHERE p.id = %s AND p.kind = ANY(%s) AND p.state = 'broken'",
        [promise_id, list(CLAIMS)],
    )
    if not rows:
        return None
    kind, terms = _kind(rows[0]), terms_of(rows[0]["rule_id"], rows[0]["kind"])
    facts = facts_from(rows[0]["kind"], rows[0]["facts"])
    claim = granted_claim(facts)
    answer = facts.answer_to(claim) if claim is not None else None
    if claim is None or answer is None:
        return None
    in_full = replace(answer, by="appeal", share_bp=None, grams=None, at_most=None)
    return Granted(
        promise_id, rows[0]["kind"], claim, answer, kind.judge(terms, facts, THE_END),
        kind.judge(terms, kind.hear(terms, facts, in_full), THE_END),
    )  # fmt: skip


def raise_claim(promise_id: UUID, told: Answered, *, by: UUID, now: datetime) -> ClaimOutcome:
    """The buyer's appeal was granted: *told* (by "appeal") stands in place of the answer before, and a decision of its own
    is written, which is final. Whoever calls moves what is owed beyond what was given. In the caller's transaction.

    Raises Refusal ``claim.over``, ``claim.not_more`` (the sum is no higher than before), Invalid ``claim.found_…``.
    """
    row = _row(promise_id, lock=True)
    kind, terms = _kind(row), terms_of(row["rule_id"], row["kind"])
    before = facts_from(row["kind"], row["facts"])
    if row["state"] != "broken" or before.claims == ():
        raise _OVER
    require_found(terms, before, told, kind.RULE)
    had = kind.judge(terms, before, now)
    facts = kind.hear(terms, before, told)
    verdict = kind.judge(terms, facts, now)
    if verdict.owed is None or had.owed is None or verdict.owed <= had.owed:
        raise Refusal(
            "claim.not_more",
            zh="这样并不会多赔。如果原来的金额是对的，请维持原决定。",
            en="That gives no more than before. If the sum was right, uphold the decision.",
        )
    row |= {"facts": encode(facts)}
    judged = Judged(row, terms, facts, verdict)
    [judged.decision_id] = new_ids(1)
    final = replace(decision_of(judged, now, by=by), key=f"promise:{promise_id}:raised", appeal_until=None)
    decisions.record([final])
    execute(
        "UPDATE promises_promise SET facts = %s, owed_minor = %s, decision_id = %s, fault = %s WHERE id = %s",
        [row["facts"], judged.owed_minor, judged.decision_id, ";".join(verdict.fault), promise_id],
    )
    events.emit(
        [PromiseRaised(*identity(row), judged.owed_minor, row["currency"], judged.decision_id)], at=now
    )
    return _outcome(row, verdict, judged.decision_id)


def _told(judged: Judged) -> ClaimOutcome:
    decided = judged.decision_id if judged.verdict.outcome == "broken" else None
    return _outcome(judged.row, judged.verdict, decided)


def _conclude(heard: Sequence[Judged], now: datetime, *, by: UUID | None = None) -> None:
    """Write what promises heard, and what follows from it."""
    for one in heard:
        due = _kind(one.row).due(one.terms, one.facts)
        one.row |= {
            "facts": encode(one.facts),
            "due_at": due.due_at,
            "settle_at": timely(due),
            "cancel_at": None,
        }
        one.row["reason"] = one.verdict.reason
    broken = [one for one in heard if one.verdict.outcome == "broken"]
    if broken:
        _owe(broken, now, by)
    still = [one for one in heard if one.row["state"] == "open" and one.verdict.outcome != "broken"]
    reschedule([one.row for one in still if one.verdict.outcome == "waiting"])
    for outcome in ("kept", "void"):
        end([one.row for one in still if one.verdict.outcome == outcome], outcome, at=now)


def _owe(broken: Sequence[Judged], now: datetime, by: UUID | None) -> None:
    """The decisions, the promises broken, the news of it. Whoever called moves the money."""
    for one, decision_id in zip(broken, new_ids(len(broken)), strict=True):
        one.decision_id = decision_id
    decisions.record([decision_of(one, now, by=by) for one in broken])
    broken_to(broken, now, facts=True)
    events.emit(
        [
            PromiseBroken(
                *identity(one.row), one.owed_minor, one.row["currency"], one.verdict.remedy, one.decision_id
            )
            for one in broken
        ],
        at=now,
    )


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
