"""Money moved by hand: one of the staff proposes, another approves. Nobody approves their own.

What is approved is booked at once, with a decision that names both, the sum and the reason; what is taken from a shop
may be appealed, and comes back if the decision falls.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.ledger.api import PLATFORM, Charge, Credit, EntryDraft, Ref
from sanhao.books.settlement.core import MANUAL_KINDS
from sanhao.books.settlement.models import MANUAL
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.kit.events import News
from sanhao.kit.ids import derived_id, new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, Invalid
from sanhao.kit.rows import copy_rows, fetch
from sanhao.kit.text import Text
from sanhao.kit.two_people import TwoPeople, check_reason
from sanhao.kit.wording import sum_of
from sanhao.people.api import require_role

OWNER = "settlement"
ROLES = ("admin", "finance")
_APPEAL = timedelta(days=30)
_LARGEST = 10**12
_TWO_PEOPLE = TwoPeople(MANUAL, "manual")


@transaction.atomic
def propose_money(
    kind: str, amount: Money, *, shop_id: UUID | None, reason: str, by: UUID, now: datetime
) -> UUID:
    """Ask that *amount* be moved; nothing moves yet. Raises Forbidden, Invalid for an unknown kind, an amount that
    cannot be, a missing shop or a reason nobody could judge by."""
    require_role(by, *ROLES)
    sort = MANUAL_KINDS.get(kind)
    if sort is None or (shop_id is None) == sort.of_shop:
        raise Invalid(
            "manual.kind", zh="请选择款项的类别和店铺。", en="Choose what kind of money it is, and whose."
        )
    if not 0 < amount.minor <= _LARGEST:
        raise Invalid("manual.amount", zh="金额要大于零。", en="An amount is more than zero.")
    words = check_reason(reason, "manual.reason")
    id = new_id()
    copy_rows(
        "settlement_manualmoney",
        ("id", "kind", "shop_id", "currency", "amount_minor", "reason", "proposed_by_id", "proposed_at"),
        [(id, kind, shop_id, amount.currency, amount.minor, words, by, now)],
    )
    return id


@transaction.atomic
def approve_money(id: UUID, *, by: UUID, now: datetime) -> UUID:
    """Somebody else agrees: it is booked, and decided; returns the decision. Raises Forbidden ``manual.two_people``,
    NotFound, Refusal ``manual.moved_on``, ``ledger.not_enough`` where the account does not hold it."""
    require_role(by, *ROLES)
    row = _TWO_PEOPLE.lock_to_approve(id, by=by)
    if row["shop_id"] is not None and decisions.is_member(row["shop_id"], by):
        raise Forbidden("manual.own_shop", zh="你是这家店的成员，请由其他同事批准。",
                        en="You belong to this shop: somebody else has to approve it.")  # fmt: skip
    decision_id = new_id()
    decisions.record([_decision(row, decision_id, by, now)])
    _TWO_PEOPLE.approve(id, decision_id, by=by, now=now)
    _book(row, decision_id, now)
    return decision_id


@transaction.atomic
def decline_money(id: UUID, answer: str, *, by: UUID, now: datetime) -> None:
    """Somebody else says no, and why; or who proposed it takes it back. Raises Forbidden, NotFound, Invalid, Refusal."""
    require_role(by, *ROLES)
    _TWO_PEOPLE.decline(id, answer, by=by, now=now)


def _decision(row: Row, id: UUID, by: UUID, now: datetime) -> decisions.DecisionDraft:
    sort, amount = MANUAL_KINDS[row["kind"]], sum_of(Money(row["amount_minor"], row["currency"]))
    facts = {
        "kind": row["kind"], "amount_minor": row["amount_minor"], "currency": row["currency"], "reason": row["reason"],
        "proposed_by": str(row["proposed_by_id"]), "approved_by": str(by),
    }  # fmt: skip
    return decisions.DecisionDraft(
        id=id,
        key=f"manual:{row['id']}",
        kind=f"manual.{row['kind']}",
        subject_kind="manual_money",
        subject_id=row["id"],
        rule_id=None,
        facts=msgspec.json.encode(facts).decode(),
        verdict=msgspec.json.encode({"outcome": "approved"}).decode(),
        effect_minor=row["amount_minor"],
        currency=row["currency"],
        text=Text(
            zh=f"{sort.title.zh}：{amount.zh}。原因：{row['reason']}",
            en=f"{sort.title.en}: {amount.en}. Reason: {row['reason']}",
        ),
        shop_id=row["shop_id"],
        person_id=None,
        decided_at=now,
        appeal_until=now + _APPEAL if sort.takes else None,
        automatic=False,
        decided_by=by,
    )


def _book(row: Row, decision_id: UUID, now: datetime) -> None:
    kind, currency, minor = row["kind"], row["currency"], row["amount_minor"]
    sort, key, entry_kind = MANUAL_KINDS[kind], f"manual:{row['id']}", f"manual.{kind}"
    shop = "" if row["shop_id"] is None else str(row["shop_id"])

    def ref(code: str) -> Ref:
        if code == "gateway":
            return Ref(code, "sandbox", currency)
        return Ref(code, shop if code in _OF_SHOP else PLATFORM, currency)

    if sort.takes:
        ledger.charge_shops(
            [Charge(key, entry_kind, row["shop_id"], minor, currency, ref(sort.credit), "manual", row["id"], decision_id)],
            now=now,
        )  # fmt: skip
    elif sort.credit == "balance" and sort.debit != "deposit":
        ledger.credit_shops(
            [Credit(key, entry_kind, row["shop_id"], minor, currency, ref(sort.debit), "manual", row["id"], decision_id)],
            now=now,
        )  # fmt: skip
    else:
        lines = ((ref(sort.debit), minor), (ref(sort.credit), -minor))
        ledger.post([EntryDraft(derived_id(row["id"], "booked"), key, entry_kind, now, currency, lines, "manual", row["id"], decision_id)])  # fmt: skip


_OF_SHOP = ("balance", "deposit", "receivable")


def overturned(batch: Sequence[News[DecisionOverturned]]) -> None:
    """Now-listener: what was taken from a shop by hand is given back; the platform bears it. Once."""
    at = max(news.at for news in batch)
    ours = [
        news.fact.subject_id
        for news in batch
        if news.fact.kind in TAKING and decisions.acknowledge_undo(news.fact.decision_id, OWNER, now=at)
    ]
    rows = fetch(
        "SELECT id, kind, shop_id, currency, amount_minor, decision_id FROM settlement_manualmoney "
        "WHERE id = ANY(%s) ORDER BY id",
        [ours],
    )
    ledger.credit_shops(
        [
            Credit(f"manual:{row['id']}:reversed", "manual.reversed", row["shop_id"], row["amount_minor"],
                   row["currency"], Ref("goodwill", PLATFORM, row["currency"]), "manual", row["id"], row["decision_id"])
            for row in rows
        ],
        now=at,
    )  # fmt: skip


TAKING = tuple(f"manual.{kind}" for kind, sort in MANUAL_KINDS.items() if sort.takes)
