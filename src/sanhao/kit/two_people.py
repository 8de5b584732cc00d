"""What one person proposes and another decides: whoever proposed may take it back, and never approves it.

A table of proposals has the columns that `checks` names, and `MOVES` as its states. Callers open the transaction, say who may
propose what, and do what was approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import CheckConstraint, F, Q

from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.states import States

MOVES: Mapping[str, tuple[str, ...]] = {
    "proposed": ("approved", "declined", "withdrawn"),
    "approved": (),
    "declined": (),
    "withdrawn": (),
}


def checks(prefix: str) -> list[CheckConstraint]:
    """What the database holds a table of proposals to, whatever the code above says: two people, a sum, a reason."""
    return [
        CheckConstraint(name=f"{prefix}_state", condition=Q(state__in=list(MOVES))),
        CheckConstraint(name=f"{prefix}_amount", condition=Q(amount_minor__gt=0)),
        CheckConstraint(name=f"{prefix}_reason", condition=~Q(reason="")),
        CheckConstraint(
            name=f"{prefix}_two_people",
            condition=~Q(decided_by=F("proposed_by")) | Q(decided_by__isnull=True),
        ),
        CheckConstraint(
            name=f"{prefix}_decided",
            condition=Q(state="approved", decided_by__isnull=False, decision__isnull=False)
            | Q(state="declined", decided_by__isnull=False, decision__isnull=True)
            | Q(state__in=["proposed", "withdrawn"], decided_by__isnull=True, decision__isnull=True),
        ),
    ]


def check_reason(text: str, code: str) -> str:
    """A reason a person gives, for others to judge by. Raises Invalid *code*."""
    words = " ".join(text.split())
    if not 5 <= len(words) <= 300 or not words.isprintable():
        raise Invalid(code, zh="请写5到300个字的原因。", en="Please give a reason of 5 to 300 characters.")
    return words


class TwoPeople:
    """The proposals in the table of *states*; their refusals begin with *code*."""

    def __init__(self, states: States, code: str) -> None:
        self._states, self._code = states, code

    def lock(self, id: UUID) -> Row:
        """One that nobody has decided yet. Raises NotFound ``….unknown``, Refusal ``….moved_on``."""
        rows = fetch(f"SELECT * FROM {self._states.table} WHERE id = %s FOR UPDATE", [id])
        if not rows:
            raise NotFound(f"{self._code}.unknown", zh="没有这条申请。", en="There is no such proposal.")
        if rows[0]["state"] != "proposed":
            raise Refusal(
                f"{self._code}.moved_on", zh="这条申请已经处理过了。", en="This has been decided already."
            )
        return rows[0]

    def lock_to_approve(self, id: UUID, *, by: UUID) -> Row:
        """The same, for somebody else than who proposed it. Raises Forbidden ``….two_people`` besides."""
        row = self.lock(id)
        if row["proposed_by_id"] == by:
            raise Forbidden(
                f"{self._code}.two_people",
                zh="自己提的要由另一位同事批准。",
                en="What you proposed is approved by somebody else.",
            )
        return row

    def approve(self, id: UUID, decision_id: UUID, *, by: UUID, now: datetime) -> None:
        """Of one locked to approve: it is agreed to, by a decision."""
        also = {"decided_by_id": by, "decided_at": now, "decision_id": decision_id}
        self._states.move_one(id, "approved", at=now, by=by, also=also)

    def decline(self, id: UUID, answer: str, *, by: UUID, now: datetime) -> None:
        """Somebody else says no, and why; or who proposed it takes it back. Raises NotFound, Refusal, Invalid ``….reason``."""
        if self.lock(id)["proposed_by_id"] == by:
            words, to, decided = answer.strip()[:300], "withdrawn", {}
        else:
            words, to, decided = (
                check_reason(answer, f"{self._code}.reason"),
                "declined",
                {"decided_by_id": by},
            )
        also = {"answer": words, "decided_at": now, **decided}
        self._states.move_one(id, to, at=now, by=by, note=words, also=also)
