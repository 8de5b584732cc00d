"""Debts of buyers: what was paid ahead of goods that did not come back. A buyer pays one whole, or two of the staff forgive it.

A debt is told, shown and asked for; nothing is ever kept from another refund for it. Money that comes for what is not
owed any more goes straight back, and what was paid comes back too where it turns out that nothing was owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.payments.events import DisputeWon, PaymentDisputed, PaymentRestored, PaymentSucceeded
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.kit.text import Text
from sanhao.kit.two_people import TwoPeople, check_reason
from sanhao.kit.wording import sum_of
from sanhao.people.api import require_role
from sanhao.service.aftersales.case import OVER
from sanhao.service.aftersales.debts import RULE, SUBJECT, Terms, debts_with, no_debt
from sanhao.service.aftersales.events import DebtChanged
from sanhao.service.aftersales.models import ADVANCE, WRITE_OFF

FORGIVEN = "debt.forgiven"
KEEPERS = ("admin", "finance")
_CAUSE = "case"
_TWO_PEOPLE = TwoPeople(WRITE_OFF, "debt")


def account(person_id: UUID, currency: str) -> ledger.Ref:
    """What a buyer owes the platform."""
    return ledger.Ref("buyer_owes", str(person_id), currency)


# ---- the buyer pays ---------------------------------------------------------------------------------------------


def pay_debt(case_id: UUID, *, person_id: UUID, now: datetime) -> payments.PaymentView:
    """Begin to pay what is owed of a case, all of it. Beginning again while a payment is open gives that one.

    Raises NotFound for what is not this person's, Refusal ``debt.settled`` where nothing is owed (any more),
    ``debt.open_again`` while the case is being looked at again.
    """
    with transaction.atomic():
        rows = fetch(
            "SELECT a.id, a.state, a.owed_minor, a.currency, a.person_id, c.state AS case_state "
            "FROM aftersales_advance a JOIN aftersales_case c ON c.id = a.case_id "
            "WHERE a.case_id = %s AND a.person_id = %s FOR UPDATE OF a",
            [case_id, person_id],
        )
        if not rows:
            raise no_debt()
        [row] = rows
        _require_owed(row)
        if row["case_state"] not in OVER:
            raise Refusal(
                "debt.open_again",
                zh="这件售后正在重新处理，先不用还。",
                en="This is being looked at again: there is nothing to pay for now.",
            )
        execute(
            "UPDATE aftersales_repayment SET closed_at = %s "
            "WHERE advance_id = %s AND closed_at IS NULL AND amount_minor <> %s",
            [now, row["id"], row["owed_minor"]],
        )
        execute(
            "INSERT INTO aftersales_repayment (id, advance_id, currency, amount_minor, opened_at) "
            "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (advance_id) WHERE closed_at IS NULL DO NOTHING",
            [new_id(), row["id"], row["currency"], row["owed_minor"], now],
        )
        [asked] = fetch(
            "SELECT id FROM aftersales_repayment WHERE advance_id = %s AND closed_at IS NULL", [row["id"]]
        )
        return payments.begin(
            subject_kind=SUBJECT,
            subject_id=asked["id"],
            person_id=person_id,
            amount=Money(row["owed_minor"], row["currency"]),
            now=now,
        )


# ---- the buyer is reminded ----------------------------------------------------------------------------------------


def remind(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: debts that were never looked at, or of which somebody is to be reminded. While the case is looked at again,
    nothing is said."""
    views = {view.id: view for view in debts_with([row["id"] for row in rows])}
    terms = _terms(now)
    told, counts, moments = [], [], []
    for row in rows:
        view = views.get(row["id"])
        count, at = row["reminded"], None
        if view is not None:
            due = terms.next_after(count, view.since)
            if due is not None and due <= now and not view.reopened:
                told.append(view)
                count, due = count + 1, terms.next_after(count + 1, view.since)
            elif due is not None and due <= now:
                due = now + _LOOK_AGAIN
            at = due
        counts.append(count)
        moments.append(at or _NEVER)
    execute(
        "UPDATE aftersales_advance a SET reminded = w.n, remind_at = w.at "
        "FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[]) AS w (id, n, at) WHERE a.id = w.id AND a.state = 'owed'",
        [[row["id"] for row in rows], counts, moments],
    )
    events.emit(
        [
            DebtChanged(
                one.case_id, one.order_id, one.person_id, "reminded", one.left.minor, one.left.currency
            )
            for one in told
        ],
        at=now,
    )


_LOOK_AGAIN, _NEVER = timedelta(days=1), datetime(9999, 1, 1, tzinfo=UTC)


def _terms(at: datetime) -> Terms:
    try:
        return msgspec.convert(rulebook.in_force(RULE, at=at).terms, Terms)
    except LookupError:
        return Terms()


def paid(batch: Sequence[News[PaymentSucceeded]]) -> None:
    """Now-listener: in the transaction that learnt of the payment, one at a time as gateways call."""
    for news in batch:
        if news.fact.subject_kind == SUBJECT:
            _take(news)


def _take(news: News[PaymentSucceeded]) -> None:
    """What is owed is cleared; what is not owed any more goes straight back."""
    fact = news.fact
    row = _lock(fact.subject_id)
    taken = min(fact.amount_minor, row["owed_minor"]) if row["state"] == "owed" else 0
    gateway, owes = (
        ledger.Ref("gateway", fact.gateway, fact.currency),
        account(row["person_id"], fact.currency),
    )
    lines = ((gateway, fact.amount_minor), (owes, -fact.amount_minor))
    ledger.post([_entry(f"debt:{fact.payment_id}:paid", "debt.paid", row, fact.paid_at, lines)])
    if taken:
        _clear(row["advance_id"], taken, news.at)
        execute(
            "UPDATE aftersales_repayment SET payment_id = %s, taken_minor = %s, closed_at = coalesce(closed_at, %s) "
            "WHERE id = %s",
            [fact.payment_id, taken, news.at, row["id"]],
        )
    over = fact.amount_minor - taken
    payments.refund([_back(row, f"debt:{fact.payment_id}:over", fact.payment_id, over)], now=news.at)
    told = [("cleared", taken), ("returned", over)]
    events.emit([_changed(row, what, minor) for what, minor in told if minor], at=news.at)


def _clear(advance_id: UUID, minor: int, now: datetime) -> None:
    ADVANCE.move_rows([advance_id], "cleared", at=now, also={"owed_minor": 0, "cleared_minor": minor})


def give_back(ended: Sequence[tuple[Row, int]], *, now: datetime) -> None:
    """Of these advances (locked; with what their cases came to) some had been paid back: the buyer has that again."""
    due = {row["id"]: row for row, minor in ended if row["state"] == "cleared" and minor}
    if not due:
        return
    left = {row["id"]: minor for row, minor in ended}
    drafts, backs, told = [], [], []
    for one in fetch(
        "SELECT id, advance_id, payment_id, taken_minor - back_minor - bank_minor AS left_minor "
        "FROM aftersales_repayment WHERE advance_id = ANY(%s) AND taken_minor > back_minor + bank_minor "
        "ORDER BY id FOR UPDATE",
        [list(due)],
    ):
        row = due[one["advance_id"]]
        minor = min(left[row["id"]], one["left_minor"])
        left[row["id"]] -= minor
        backs.append((one["id"], minor))
        drafts.append(_back({**row, "id": one["id"]}, f"debt:{one['id']}:back", one["payment_id"], minor))
        told.append(_changed(row, "given_back", minor))
    execute(
        "UPDATE aftersales_repayment r SET back_minor = r.back_minor + w.minor "
        "FROM unnest(%s::uuid[], %s::bigint[]) AS w (id, minor) WHERE r.id = w.id",
        [[id for id, _ in backs], [minor for _, minor in backs]],
    )
    payments.refund(drafts, now=now)
    events.emit(told, at=now)


# ---- the buyer's bank ---------------------------------------------------------------------------------------------


def disputed(batch: Sequence[News[PaymentDisputed]]) -> None:
    """Now-listener: a bank took back what had cleared a debt, so it is owed again. A part of it is the platform's loss."""
    for news in batch:
        if news.fact.subject_kind != SUBJECT:
            continue
        fact = news.fact
        row = _lock(fact.subject_id)
        left = row["taken_minor"] - row["back_minor"] - row["bank_minor"]
        if row["payment_id"] != fact.payment_id or row["state"] != "cleared" or fact.amount_minor < left:
            continue
        execute(
            "UPDATE aftersales_repayment SET bank_minor = bank_minor + %s WHERE id = %s", [left, row["id"]]
        )
        ADVANCE.move_rows(
            [row["advance_id"]], "owed", at=news.at, note="chargeback", also={"owed_minor": left, "cleared_minor": 0}
        )  # fmt: skip
        owes = account(row["person_id"], fact.currency)
        payments.bear(fact.chargeback_id, [payments.Borne(row["id"], owes, left)], now=news.at)
        events.emit([_changed(row, "charged_back", left)], at=news.at)


def won(batch: Sequence[News[DisputeWon]]) -> None:
    """Now-listener: the bank gave it again. The debt is cleared as it was; where it was settled in between, `restored`
    sends it back to the buyer."""
    for news in batch:
        if news.fact.subject_kind != SUBJECT or not news.fact.parts:
            continue
        fact = news.fact
        row = _lock(fact.subject_id)
        [(_, minor)] = fact.parts
        ledger.post(
            [
                _entry(f"chargeback:{fact.chargeback_id}:won:debt", "chargeback.won", row, news.at,
                       ((ledger.Ref("gateway", fact.gateway, fact.currency), minor),
                        (account(row["person_id"], fact.currency), -minor)))
            ]
        )  # fmt: skip
        if row["state"] == "owed" and row["owed_minor"] == minor:
            execute(
                "UPDATE aftersales_repayment SET bank_minor = bank_minor - %s WHERE id = %s",
                [minor, row["id"]],
            )
            _clear(row["advance_id"], minor, news.at)
            events.emit([_changed(row, "cleared", minor)], at=news.at)


def restored(batch: Sequence[News[PaymentRestored]]) -> None:
    """Now-listener: what the bank gave again of a debt that was settled another way goes back to the buyer."""
    for news in batch:
        if news.fact.subject_kind == SUBJECT:
            _return(news)


def _return(news: News[PaymentRestored]) -> None:
    row = _lock(news.fact.subject_id)
    minor = row["bank_minor"]
    if not minor or row["payment_id"] != news.fact.payment_id:
        return
    execute(
        "UPDATE aftersales_repayment SET back_minor = back_minor + %s, bank_minor = 0 WHERE id = %s",
        [minor, row["id"]],
    )
    payments.refund([_back(row, f"debt:{row['id']}:won", row["payment_id"], minor)], now=news.at)
    events.emit([_changed(row, "returned", minor)], at=news.at)


# ---- the platform forgives ----------------------------------------------------------------------------------------


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
    _require_owed(row)
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
    _require_owed(row)
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
    ledger.post([_entry(f"debt:{id}:forgiven", FORGIVEN, row, now, lines, decision_id)])
    events.emit([_changed(row, "forgiven", minor)], at=now)
    return decision_id


@transaction.atomic
def decline_write_off(id: UUID, answer: str, *, by: UUID, now: datetime) -> None:
    """Somebody else says no, and why; or who proposed it takes it back. Raises Forbidden, NotFound, Invalid, Refusal."""
    require_role(by, *KEEPERS)
    _TWO_PEOPLE.decline(id, answer, by=by, now=now)


def _require_owed(row: Row) -> None:
    if row["state"] != "owed":
        raise Refusal("debt.settled", zh="这笔钱已经不用还了。", en="Nothing is owed here any more.")


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


# ---- all of them ----------------------------------------------------------------------------------------------------


def _lock(repayment_id: UUID) -> Row:
    """A repayment with its advance, both locked: the advance's state and sums, under the repayment's id."""
    [row] = fetch(
        "SELECT r.id, r.advance_id, r.payment_id, r.taken_minor, r.back_minor, r.bank_minor, r.currency, a.state, "
        "a.owed_minor, a.case_id, a.order_id, a.person_id "
        "FROM aftersales_repayment r JOIN aftersales_advance a ON a.id = r.advance_id WHERE r.id = %s FOR UPDATE",
        [repayment_id],
    )
    return row


def _back(row: Row, key: str, payment_id: UUID, minor: int) -> payments.RefundDraft:
    """So much of a payment that was made for the repayment `id` goes back to the buyer."""
    owes = account(row["person_id"], row["currency"])
    return payments.RefundDraft(
        key, SUBJECT, row["id"], minor, row["currency"], owes, _CAUSE, row["case_id"], payment_id=payment_id
    )


def _entry(
    key: str,
    kind: str,
    row: Row,
    at: datetime,
    lines: tuple[tuple[ledger.Ref, int], ...],
    decision_id: UUID | None = None,
) -> ledger.EntryDraft:
    return ledger.EntryDraft(
        new_id(), key, kind, at, row["currency"], lines, _CAUSE, row["case_id"], decision_id
    )


def _changed(row: Row, what: str, minor: int) -> DebtChanged:
    return DebtChanged(row["case_id"], row["order_id"], row["person_id"], what, minor, row["currency"])
