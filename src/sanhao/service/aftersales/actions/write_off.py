"""Two of the staff forgive a debt: one proposes, somebody else agrees."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.kit import events
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, Refusal
from sanhao.kit.rows import copy_rows, fetch
from sanhao.kit.text import Text
from sanhao.kit.two_people import TwoPeople, check_reason
from sanhao.kit.wording import sum_of
from sanhao.people.api import require_role
from sanhao.service.aftersales.actions.debts import account, changed, entry, require_owed
from sanhao.service.aftersales.debts import no_debt
from sanhao.service.aftersales.models import ADVANCE, WRITE_OFF

FORGIVEN = "debt.forgiven"
KEEPERS = ("admin", "finance")
_TWO_PEOPLE = TwoPeople(WRITE_OFF, "debt")


@transaction.atomic
def propose_write_off(case_id: UUID, reason: str, *, by: UUID, now: datetime) -> UUID:
    """Ask that what is owed of a case be forgiven; nothing changes yet. Raises Forbidden, NotFound, Invalid for a reason
    nobody could judge by, Refusal ``debt.settled`` or ``debt.proposed``."""
    require_role(by, *KEEPERS)
    words = check_reason(reason, "debt.reason")
    rows = fetch("SELECT * FROM aftersales_advance WHERE case_id = %s FOR UPDATE", [case_id])
    if not rows:
        raise no_debt()
    [row] = rows
    require_owed(row)
    _require_other(row, by)
    if fetch("SELECT 1 FROM aftersales_write_off WHERE advance_id = %s AND state = 'proposed'", [row["id"]]):
        raise Refusal("debt.proposed", zh="已经有同事提过了，等另一位批准。",
                      en="A colleague has proposed this already.")  # fmt: skip
    id = new_id()
    copy_rows(
        "aftersales_write_off",
        ("id", "advance_id", "currency", "amount_minor", "reason", "proposed_by_id", "proposed_at"),
        [(id, row["id"], row["currency"], row["owed_minor"], words, by, now)],
    )
    return id


@transaction.atomic
def approve_write_off(id: UUID, *, by: UUID, now: datetime) -> UUID:
    """Somebody else agrees: it is goodwill, and decided; returns the decision. Raises Forbidden ``debt.two_people``,
    NotFound, Refusal ``debt.moved_on``, ``debt.settled``, ``debt.changed``."""
    require_role(by, *KEEPERS)
    asked = _TWO_PEOPLE.lock_to_approve(id, by=by)
    [row] = fetch("SELECT * FROM aftersales_advance WHERE id = %s FOR UPDATE", [asked["advance_id"]])
    require_owed(row)
    _require_other(row, by)
    if row["owed_minor"] != asked["amount_minor"]:
        raise Refusal(
            "debt.changed", zh="欠款金额变了，请重新提。", en="The debt has changed: propose it again."
        )
    decision_id = new_id()
    decisions.record([_decision(asked, row, decision_id, by, now)])
    _TWO_PEOPLE.approve(id, decision_id, by=by, now=now)
    minor = row["owed_minor"]
    ADVANCE.move_rows([row["id"]], "forgiven", at=now, by=by, also={"owed_minor": 0, "forgiven_minor": minor})
    goodwill = ledger.Ref("goodwill", ledger.PLATFORM, row["currency"])
    lines = ((goodwill, minor), (account(row["person_id"], row["currency"]), -minor))
    ledger.post([entry(f"debt:{id}:forgiven", FORGIVEN, row, now, lines, decision_id)])
    events.emit([changed(row, "forgiven", minor)], at=now)
    return decision_id


@transaction.atomic
def decline_write_off(id: UUID, answer: str, *, by: UUID, now: datetime) -> None:
    """Somebody else says no, and why; or who proposed it takes it back. Raises Forbidden, NotFound, Invalid, Refusal."""
    require_role(by, *KEEPERS)
    _TWO_PEOPLE.decline(id, answer, by=by, now=now)


def _require_other(row: Row, by: UUID) -> None:
    if row["person_id"] == by:
        raise Forbidden("debt.own", zh="自己的欠款要由其他同事处理。",
                        en="Your own debt is for somebody else to decide.")  # fmt: skip


def _decision(asked: Row, row: Row, id: UUID, by: UUID, now: datetime) -> decisions.DecisionDraft:
    """It takes nothing from anybody, so there is nothing to appeal. The buyer reads the sentence; why stands in the facts."""
    amount = sum_of(Money(asked["amount_minor"], asked["currency"]))
    facts = {
        "amount_minor": asked["amount_minor"], "currency": asked["currency"], "reason": asked["reason"],
        "case": str(row["case_id"]), "proposed_by": str(asked["proposed_by_id"]), "approved_by": str(by),
    }  # fmt: skip
    return decisions.DecisionDraft(
        id=id,
        key=f"{FORGIVEN}:{asked['id']}",
        kind=FORGIVEN,
        subject_kind="case",
        subject_id=row["case_id"],
        rule_id=None,
        facts=msgspec.json.encode(facts).decode(),
        verdict=msgspec.json.encode({"outcome": "forgiven"}).decode(),
        effect_minor=asked["amount_minor"],
        currency=asked["currency"],
        text=Text(
            zh=f"平台不再要求归还先退的{amount.zh}，这笔欠款就此了结",
            en=f"The platform no longer asks for the {amount.en} that was paid ahead: nothing is owed any more",
        ),
        shop_id=None,
        person_id=row["person_id"],
        decided_at=now,
        appeal_until=None,
        automatic=False,
        decided_by=by,
    )
