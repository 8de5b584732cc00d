"""Recording decisions, and the way back: appeal, a person's answer, the undoing of what was overturned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.fairness.decisions import judges
from sanhao.fairness.decisions.core import (
    ANSWER_WITHIN,
    AppealView,
    DecisionDraft,
    DecisionView,
    Party,
    check_words,
)
from sanhao.fairness.decisions.events import DecisionAppealed, DecisionOverturned, DecisionUpheld
from sanhao.fairness.decisions.models import APPEAL_STATES, DECISION_STATES
from sanhao.fairness.decisions.queries import appeal_by_id, decision, no_decision
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.refusals import Forbidden, Refusal
from sanhao.kit.rows import copy_rows, execute
from sanhao.kit.text import Text
from sanhao.people.api import require_role, roles_of

_COLUMNS = (
    "id", "key", "kind", "subject_kind", "subject_id", "rule_id", "facts", "verdict", "effect_minor", "currency",
    "sentence_zh", "sentence_en", "shop_id", "person_id", "decided_at", "appeal_until", "automatic", "decided_by_id",
)  # fmt: skip
IsMember = Callable[[UUID, UUID], bool]
_memberships: list[IsMember] = []


def register_membership(is_member: IsMember) -> None:
    """Shops say here how to tell whether (shop, person) belong together: who may appeal, and who must not decide."""
    if is_member not in _memberships:
        _memberships.append(is_member)


def is_member(shop_id: UUID, person_id: UUID) -> bool:
    """Whether the person works for the shop: nobody decides about their own."""
    return any(knows(shop_id, person_id) for knows in _memberships)


def record(drafts: Sequence[DecisionDraft]) -> None:
    """Write *drafts*, in the caller's transaction. A key that was decided before breaks the whole batch.

    Raises ValueError for a kind that nobody registered: people could not be told what was decided.
    """
    if nameless := {draft.kind for draft in drafts}.difference(judges.known()):
        raise ValueError(f"no kind of decisions is called {', '.join(sorted(nameless))}")
    copy_rows(
        "decisions_decision",
        _COLUMNS,
        (
            (
                d.id, d.key, d.kind, d.subject_kind, d.subject_id, d.rule_id, d.facts, d.verdict, d.effect_minor,
                d.currency, d.text.zh, d.text.en, d.shop_id, d.person_id, d.decided_at, d.appeal_until, d.automatic,
                d.decided_by,
            )
            for d in drafts
        ),
    )  # fmt: skip


def appeal(
    decision_id: UUID,
    *,
    by: UUID,
    text: str,
    now: datetime,
    shop_id: UUID | None = None,
    person_id: UUID | None = None,
) -> UUID:
    """A party (the shop, or the person) asks a human to look again; returns the appeal's id.

    Raises NotFound for somebody who is no party, Invalid ``appeal.text``, Refusal ``appeal.closed`` after
    `appeal_until` or where there is none, Refusal ``appeal.once`` the second time.
    """
    words = check_words(text, code="appeal.text")
    with transaction.atomic():
        stored = decision(decision_id)
        party = _party(stored, by, shop_id, person_id)
        if stored.state != "standing":
            raise Refusal(
                "appeal.once", zh="这个决定已经申诉过了。", en="This decision has been appealed already."
            )
        if not stored.may_appeal(now):
            raise Refusal("appeal.closed", zh="申诉期已过。", en="The time to appeal has passed.")
        if not DECISION_STATES.move([decision_id], "appealed", at=now, by=by):
            raise Refusal(
                "appeal.once", zh="这个决定已经申诉过了。", en="This decision has been appealed already."
            )
        id = new_id()
        execute(
            """
            INSERT INTO decisions_appeal (id, decision_id, by_id, party, text, made_at, due_at, state, answer)
            VALUES (%s, %s, %s, %s, %s, %s, %s, 'open', '')
            """,
            [id, decision_id, by, party, words, now, now + ANSWER_WITHIN],
        )
        emit([DecisionAppealed(decision_id, id, stored.kind, stored.subject_id, stored.key)], at=now)
    return id


def open_reviews(decision_ids: Sequence[UUID], *, text: Text, now: datetime) -> list[UUID]:
    """The platform asks for a second look at standing decisions because a fact came to light; in the caller's
    transaction. Returns the decisions that were still standing; they wait in the same queue as appeals."""
    moved = DECISION_STATES.move(decision_ids, "appealed", at=now)
    ids = new_ids(len(moved))
    execute(
        """
        INSERT INTO decisions_appeal (id, decision_id, by_id, party, text, made_at, due_at, state, answer)
        SELECT r.id, r.decision_id, NULL, 'platform', %s, %s, %s, 'open', ''
        FROM unnest(%s::uuid[], %s::uuid[]) AS r (id, decision_id)
        """,
        [f"{text.zh}\n{text.en}", now, now + ANSWER_WITHIN, ids, moved],
    )
    return moved


def claim_appeal(appeal_id: UUID, *, by: UUID, now: datetime) -> None:
    """A member of staff takes an appeal on. Raises Forbidden for others and for whoever is party to it or decided."""
    with transaction.atomic():
        view = appeal_by_id(appeal_id)
        _require_impartial(view, by)
        _claim(view, by, now)


def release_appeal(appeal_id: UUID, *, by: UUID, now: datetime) -> None:
    """Put a claimed appeal back: by who claimed it, or by an admin."""
    with transaction.atomic():
        view = appeal_by_id(appeal_id)
        if view.claimed_by != by:
            require_role(by, "admin")
        nobody = {"claimed_by_id": None, "claimed_at": None}
        APPEAL_STATES.move_one(appeal_id, "open", at=now, by=by, also=nobody)


def decide_appeal(
    appeal_id: UUID,
    *,
    uphold: bool,
    by: UUID,
    answer: str,
    now: datetime,
    found: Mapping[str, int] | None = None,
) -> None:
    """Answer an appeal: the decision is upheld, or overturned and then undone by its owners. An open one is claimed.

    *found* is for the owner of the decision: what it should have been instead, where an appeal can say so. Raises what
    the owners raise, and then nothing has changed; Forbidden, NotFound, Invalid ``appeal.answer``, Refusal ``appeal.claimed`` (a colleague has it) and
    ``appeal.moved_on`` (answered already).
    """
    words = check_words(answer, code="appeal.answer")
    with transaction.atomic():
        view = appeal_by_id(appeal_id)
        _require_impartial(view, by)
        if view.state == "open":
            _claim(view, by, now)
        elif view.claimed_by != by:
            raise Refusal(
                "appeal.claimed", zh="同事正在处理这份申诉。", en="A colleague has taken this appeal on."
            )
        outcome = "upheld" if uphold else "overturned"
        said = {"answer": words, "answered_at": now}
        APPEAL_STATES.move_one(appeal_id, outcome, at=now, by=by, also=said)
        DECISION_STATES.move_one(view.decision_id, outcome, at=now, by=by)
        stored = decision(view.decision_id)
        if uphold:
            emit([DecisionUpheld(stored.id, appeal_id, stored.kind, stored.subject_id, stored.key)], at=now)
        else:
            undone = DecisionOverturned(
                stored.id,
                stored.kind,
                stored.subject_id,
                stored.key,
                appeal_id,
                view.party,
                dict(found or {}),
                by,
            )
            emit([undone], at=now)


def acknowledge_undo(decision_id: UUID, owner: str, *, now: datetime) -> bool:
    """*owner* undoes its effect of an overturned decision in this very transaction: call this first, and undo only
    if it returns True. False: it was undone before. Raises NotFound, Refusal ``decision.not_overturned``.
    """
    if decision(decision_id).state != "overturned":
        raise Refusal(
            "decision.not_overturned", zh="这个决定没有被推翻。", en="This decision has not been overturned."
        )
    return bool(
        execute(
            """
            INSERT INTO decisions_undoing (id, decision_id, owner, at) VALUES (%s, %s, %s, %s)
            ON CONFLICT (decision_id, owner) DO NOTHING
            """,
            [new_id(), decision_id, owner, now],
        )
    )


def _party(stored: DecisionView, by: UUID, shop_id: UUID | None, person_id: UUID | None) -> Party:
    if person_id is not None and shop_id is None and stored.person_id == person_id == by:
        return "person"
    if shop_id is not None and person_id is None and stored.shop_id == shop_id and _belongs(shop_id, by):
        return "shop"
    raise no_decision()


def _belongs(shop_id: UUID, person_id: UUID) -> bool:
    """Whether *person_id* is of the shop; where no module tells (none is registered), the caller has checked."""
    return not _memberships or any(is_member(shop_id, person_id) for is_member in _memberships)


def _claim(view: AppealView, by: UUID, now: datetime) -> None:
    APPEAL_STATES.move_one(view.id, "claimed", at=now, by=by, also={"claimed_by_id": by, "claimed_at": now})


def _require_impartial(view: AppealView, by: UUID) -> None:
    """Staff with the role, who neither made the decision nor stands on one of its sides."""
    if not roles_of(by) & {"arbiter", "admin"}:
        raise Forbidden(
            "appeal.role", zh="只有仲裁人员可以处理申诉。", en="Appeals are answered by arbiters."
        )
    stored = decision(view.decision_id)
    of_shop = stored.shop_id is not None and any(is_member(stored.shop_id, by) for is_member in _memberships)
    if of_shop or by in (view.by, stored.person_id, stored.decided_by):
        raise Forbidden(
            "appeal.partial",
            zh="当事人不能处理自己的申诉。",
            en="Nobody answers an appeal in their own matter.",
        )
