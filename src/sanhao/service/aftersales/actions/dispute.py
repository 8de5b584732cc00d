"""When buyer and shop disagree: the platform hears both sides, decides with a reason, and hears one appeal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.goods.shops import api as shops
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.media import Stored
from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, Invalid, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people.api import require_role, roles_of
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.actions import promised, raised
from sanhao.service.aftersales.actions.choose import addresses_for
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.moves import enter, lock, moved_on, take
from sanhao.service.aftersales.actions.time import draft
from sanhao.service.aftersales.book import COLUMNS, facts_of, terms_of
from sanhao.service.aftersales.case import Side
from sanhao.service.aftersales.events import CaseChanged
from sanhao.service.aftersales.evidence import add
from sanhao.service.aftersales.judge import RULING, RULINGS, Found, Ruling, Seen, Verdict, judge
from sanhao.service.conversations import api as conversations
from sanhao.service.promises import api as promises

OWNER = "aftersales"
LONGEST = 500


def escalate(
    case_id: UUID, *, person_id: UUID, text: str = "", evidence: Sequence[Stored] = (), now: datetime
) -> None:
    """The buyer asks the platform. Both sides may speak now; what the buyer writes here is already theirs."""
    with transaction.atomic():
        row = take(case_id, "escalate", "buyer", person_id=person_id, now=now)
        enter([Going(row, "disputed", note="escalated", by=person_id)], now=now)
        if text.strip() or evidence:
            state_case(case_id, side="buyer", person_id=person_id, text=text, evidence=evidence, now=now)


def state_case(
    case_id: UUID,
    *,
    side: Side,
    text: str,
    evidence: Sequence[Stored] = (),
    now: datetime,
    person_id: UUID | None = None,
    shop_id: UUID | None = None,
    by: UUID | None = None,
) -> None:
    """One side speaks in this round, once. When both have, the next round opens, or the file is complete.

    Raises Invalid ``case.words``, Refusal ``case.moved_on`` (this side has spoken, or the round is over).
    """
    said = text.replace("\0", "").strip()
    if len(said) > LONGEST:
        raise Invalid("case.words", zh=f"最多{LONGEST}个字。", en=f"At most {LONGEST} characters, please.")
    speaker = by or person_id
    with transaction.atomic():
        if shop_id is not None and speaker is not None:
            shops.require_member(shop_id, speaker)
        row = take(case_id, "state", side, person_id=person_id, shop_id=shop_id, now=now)
        execute(
            "INSERT INTO aftersales_statement (id, case_id, round, side, text, at, by_id) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [new_id(), case_id, row["round"], side, said, now, speaker],
        )
        if speaker is not None:
            add(case_id, side, evidence, by=speaker, round=row["round"], now=now)
        _heard(row | {"spoke": [*row["spoke"], side]}, now)


def cite(
    case_id: UUID,
    message_ids: Sequence[UUID],
    *,
    side: Side,
    by: UUID,
    person_id: UUID | None = None,
    shop_id: UUID | None = None,
    now: datetime,
) -> int:
    """Put messages between buyer and shop into the file, frozen as they are; returns how many were new.

    Raises NotFound for messages of others, Invalid ``quote.many``, Refusal ``case.moved_on`` once it is over.
    """
    with transaction.atomic():
        if shop_id is not None:
            shops.require_member(shop_id, by)
        row = lock(case_id, person_id=person_id, shop_id=shop_id)
        if row["state"] in life.OVER:
            raise moved_on()
        new = conversations.quote(
            case_id,
            message_ids,
            side=side,
            by=by,
            person_id=row["person_id"],
            shop_id=row["shop_id"],
            now=now,
        )
        if new:
            events.emit(
                [CaseChanged(case_id, row["order_id"], row["shop_id"], row["person_id"], "cited")], at=now
            )
    return new


def _heard(row: Row, now: datetime) -> None:
    facts, terms = facts_of(row), terms_of(row["rule_id"])
    if {"buyer", "shop"} <= set(row["spoke"]):
        following = life.next_round(terms, facts)
        if following is None:
            enter([Going(row, "deciding", note="file_complete")], now=now)
            return
        execute(
            "UPDATE aftersales_case SET round = %s, spoke = '{}', moved_at = %s, due_at = %s WHERE id = %s",
            [following, now, life.due(terms, facts, now), row["id"]],
        )
    else:
        execute("UPDATE aftersales_case SET spoke = %s WHERE id = %s", [row["spoke"], row["id"]])
    events.emit([CaseChanged(row["id"], row["order_id"], row["shop_id"], row["person_id"], "stated")], at=now)


def claim(case_id: UUID, *, by: UUID, now: datetime) -> None:
    """An arbiter takes a case on, so that no two read the same. Raises Forbidden for a party, Refusal if taken."""
    with transaction.atomic():
        row = lock(case_id)
        _require_impartial(row, by)
        if row["state"] not in ("disputed", "deciding"):
            raise moved_on()
        if row["claimed_by_id"] not in (None, by):
            raise _taken()
        execute(
            "UPDATE aftersales_case SET claimed_by_id = %s, claimed_at = %s WHERE id = %s", [by, now, case_id]
        )


def release(case_id: UUID, *, by: UUID, now: datetime) -> None:
    """Back into the queue: by who has it, or by an admin."""
    del now
    with transaction.atomic():
        row = lock(case_id)
        if row["claimed_by_id"] != by:
            require_role(by, "admin")
        execute("UPDATE aftersales_case SET claimed_by_id = NULL, claimed_at = NULL WHERE id = %s", [case_id])


def decide(case_id: UUID, ruling: Ruling, *, by: UUID, now: datetime) -> UUID:
    """The platform's word, with its reason; what it says happens at once. Returns the decision, open to one appeal.

    Raises Forbidden, Invalid ``case.ruling``, Refusal ``case.taken`` (a colleague has it), ``case.moved_on``.
    """
    if not 10 <= len(ruling.words.strip()) <= 1_000:
        raise Invalid(
            "case.ruling",
            zh="请写明理由，10到1000个字：双方都会读到。",
            en="Write the reason, in 10 to 1,000 characters: both sides read it.",
        )
    with transaction.atomic():
        row = lock(case_id)
        _require_impartial(row, by)
        if row["state"] != "deciding":
            raise moved_on()
        if row["claimed_by_id"] not in (None, by):
            raise _taken()
        seen = _seen(row, ruling)
        verdict = judge(terms_of(row["rule_id"]), seen)
        decision_id = None
        if not promised.decides(row, verdict):
            decision_id = new_id()
            decisions.record([draft(row, seen, verdict, decision_id, now, kind=RULING, by=by)])
        to = addresses_for([row]) if verdict.outcome == "to_send" else {}
        going = Going(
            row,
            verdict.outcome,
            note=verdict.reason,
            by=by,
            bearer=verdict.bearer,
            amount_minor=verdict.owed.minor if verdict.outcome == "refunded" else None,
            decision_id=decision_id,
            also={"address": to[case_id], "kind": _returning_kind(row)} if to else {},
            words=ruling.words.strip(),
            found=ruling.found,
        )
        enter([going], now=now)
    assert going.decision_id is not None
    return going.decision_id


def _returning_kind(row: Row) -> str:
    return "return" if row["kind"] == "refund" else str(row["kind"])


def preview(row: Row, owed: Money | None = None) -> dict[str, Verdict]:
    """What each ruling would do, to the cent: the same judge, asked what if. *owed*: of a claim, what its guarantee gives by
    what was found (`proposed`)."""
    terms = terms_of(row["rule_id"])
    if owed is not None:
        row = {**row, "back_minor": min(owed.minor, row["back_minor"])}
    return {outcome: judge(terms, _seen(row, Ruling(outcome, ""))) for outcome in RULINGS}


def _seen(row: Row, ruling: Ruling) -> Seen:
    back = Money(row["back_minor"], row["currency"])
    if ruling.amount_minor is not None and not 0 < ruling.amount_minor <= back.minor:
        raise Invalid(
            "case.ruling_amount",
            zh="金额要大于零，不超过申请的金额。",
            en="The sum is more than nothing and no more than was asked for.",
        )
    return Seen(facts_of(row), back, row["due_at"], ruling=ruling)


def _require_impartial(row: Row, by: UUID) -> None:
    if not roles_of(by) & {"arbiter", "admin"}:
        raise Forbidden("case.role", zh="只有仲裁人员可以裁决。", en="Cases are decided by arbiters.")
    party = by == row["person_id"] or any(
        membership.shop.id == row["shop_id"] for membership in shops.shops_of(by)
    )
    if party:
        raise Forbidden(
            "case.partial", zh="当事人不能裁决自己的事。", en="Nobody decides in their own matter."
        )


def _taken() -> Refusal:
    return Refusal("case.taken", zh="同事正在处理这件事。", en="A colleague has taken this one on.")


def overturned(batch: Sequence[News[DecisionOverturned]]) -> None:
    """Now-listener: an appeal was granted. For the shop: the platform takes over what went back, the buyer keeps it.
    For the buyer: what was refused happens now, what was given short is made up. Once."""
    at = max(news.at for news in batch)
    for news in batch:  # one: a person answers one at a time
        if promises.raises(news.fact):
            raised.raise_claim(news.fact, now=at)
    promised.overturned(
        [
            news.fact.decision_id
            for news in batch
            if news.fact.kind.startswith("promise.") and not promises.raises(news.fact)
        ]
    )
    ours = {
        news.fact.subject_id: news.fact
        for news in batch
        if news.fact.kind in (RULING, "case.silence")
        and decisions.acknowledge_undo(news.fact.decision_id, OWNER, now=at)
    }
    if not ours:
        return
    rows = fetch(
        f"SELECT {COLUMNS} FROM aftersales_case WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(ours)]
    )
    refunded = [row for row in rows if row["state"] == "refunded"]
    for row in refunded:  # at most one, as above
        if ours[row["id"]].party == "person":
            raised.raise_ruling(row, ours[row["id"]], now=at)
    _make_good(
        [row for row in refunded if row["bearer"] == "shop" and ours[row["id"]].party != "person"],
        {id: fact.decision_id for id, fact in ours.items()},
        at,
    )
    _reopen(promised.grantable([row for row in rows if row["state"] == "closed"], now=at), ours, at)


def _found(row: Row, fact: DecisionOverturned) -> dict[str, Any]:
    """What whoever granted the appeal found of a claim: the whole of it, or so much."""
    if not row["promise_id"]:
        return {}
    return {
        "by": fact.by,
        "amount_minor": fact.found.get("amount_minor"),
        "found": Found(
            fact.found.get("share_bp"), fact.found.get("grams"), bool(fact.found.get("packed_well"))
        ),
        "words": decisions.appeal_by_id(fact.appeal_id).answer,
    }


def _make_good(rows: Sequence[Row], decided: Mapping[UUID, UUID], at: datetime) -> None:
    ledger.credit_shops(
        [
            ledger.Credit(
                key=f"case:{row['id']}:overturned",
                kind="case.overturned",
                shop_id=row["shop_id"],
                amount_minor=row["refunded_minor"],
                currency=row["currency"],
                debit=ledger.Ref("goodwill", ledger.PLATFORM, row["currency"]),
                cause_kind="case",
                cause_id=row["id"],
                decision_id=decided[row["id"]],
            )
            for row in rows
            if row["refunded_minor"]
        ],
        now=at,
    )
    execute(
        "UPDATE aftersales_case SET bearer = 'platform' WHERE id = ANY(%s)", [[row["id"] for row in rows]]
    )


def _reopen(rows: Sequence[Row], granted: Mapping[UUID, DecisionOverturned], at: datetime) -> None:
    going = [
        Going(row, "refunded", note="appeal_granted", bearer="platform")
        if row["ahead_minor"] and not row["at_shop"]
        else Going(row, life.ruled(facts_of(row)), note="appeal_granted", **_found(row, granted[row["id"]]))
        for row in rows
    ]
    to = addresses_for([item.row for item in going if item.to == "to_send"])
    for item in going:
        if item.to == "to_send":
            item.also = {"address": to[item.row["id"]], "kind": _returning_kind(item.row)}
    enter(going, now=at)
