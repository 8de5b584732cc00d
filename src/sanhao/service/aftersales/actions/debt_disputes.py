"""A buyer's bank takes back what had cleared a debt, and may give it again."""

from __future__ import annotations

from collections.abc import Sequence

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.payments.events import DisputeWon, PaymentDisputed, PaymentRestored
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.rows import execute
from sanhao.service.aftersales.actions.debts import account, back, changed, clear, entry, lock
from sanhao.service.aftersales.debts import SUBJECT
from sanhao.service.aftersales.models import ADVANCE


def disputed(batch: Sequence[News[PaymentDisputed]]) -> None:
    """Now-listener: a bank took back what had cleared a debt, so it is owed again. A part of it is the platform's loss."""
    for news in batch:
        if news.fact.subject_kind != SUBJECT:
            continue
        fact = news.fact
        row = lock(fact.subject_id)
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
        events.emit([changed(row, "charged_back", left)], at=news.at)


def won(batch: Sequence[News[DisputeWon]]) -> None:
    """Now-listener: the bank gave it again. The debt is cleared as it was; where it was settled in between, `restored`
    sends it back to the buyer."""
    for news in batch:
        if news.fact.subject_kind != SUBJECT or not news.fact.parts:
            continue
        fact = news.fact
        row = lock(fact.subject_id)
        [(_, minor)] = fact.parts
        ledger.post(
            [
                entry(f"chargeback:{fact.chargeback_id}:won:debt", "chargeback.won", row, news.at,
                       ((ledger.Ref("gateway", fact.gateway, fact.currency), minor),
                        (account(row["person_id"], fact.currency), -minor)))
            ]
        )  # fmt: skip
        if row["state"] == "owed" and row["owed_minor"] == minor:
            execute(
                "UPDATE aftersales_repayment SET bank_minor = bank_minor - %s WHERE id = %s",
                [minor, row["id"]],
            )
            clear(row["advance_id"], minor, news.at)
            events.emit([changed(row, "cleared", minor)], at=news.at)


def restored(batch: Sequence[News[PaymentRestored]]) -> None:
    """Now-listener: what the bank gave again of a debt that was settled another way goes back to the buyer."""
    for news in batch:
        if news.fact.subject_kind == SUBJECT:
            _return(news)


def _return(news: News[PaymentRestored]) -> None:
    row = lock(news.fact.subject_id)
    minor = row["bank_minor"]
    if not minor or row["payment_id"] != news.fact.payment_id:
        return
    execute(
        "UPDATE aftersales_repayment SET back_minor = back_minor + %s, bank_minor = 0 WHERE id = %s",
        [minor, row["id"]],
    )
    payments.refund([back(row, f"debt:{row['id']}:won", row["payment_id"], minor)], now=news.at)
    events.emit([changed(row, "returned", minor)], at=news.at)
