"""The verbs of the ledger. All are set-based and join the caller's transaction.

A shop's own accounts are locked with one SELECT in order of id before anything is computed; the platform's accounts
are never locked, so that no posting waits for a hot row. A batch is one COPY per table and one UPDATE of balances.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from sanhao.books.ledger.accounts import accounts
from sanhao.books.ledger.core import (
    CHART,
    Charge,
    Charged,
    Credit,
    Credited,
    EntryDraft,
    Purse,
    Ref,
    give,
    out_of_balance,
    take,
)
from sanhao.kit.ids import new_ids
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import copy_rows, execute, together

_ENTRY = ("id", "key", "kind", "at", "cause_kind", "cause_id", "decision_id")
_POSTING = ("id", "entry_id", "account_id", "amount_minor", "currency")

Key = tuple[UUID, str]
"""A shop and a currency: whose purse."""


def post(entries: Sequence[EntryDraft]) -> None:
    """Write *entries*. Raises Invalid ``ledger.unbalanced``, Refusal ``ledger.not_enough`` where a shop's account
    would be overdrawn, and IntegrityError for a key that exists (look with `posted` where a repeat is expected)."""
    for entry in entries:
        _check(entry)
    if not entries:
        return
    with together():
        ids = accounts({ref for entry in entries for ref, _ in entry.lines})
        batch = _Batch()
        for entry in entries:
            at = entry.at.isoformat()
            line = batch.entry(entry.id, entry, at)
            for ref, amount in entry.lines:
                line = batch.line(entry.id, line, ids[ref], amount, ref.currency)
                if CHART[ref.code].kept:
                    batch.moves[ids[ref]] = batch.moves.get(ids[ref], 0) + amount
        held = _lock(batch.moves)
        for ref, id in ids.items():
            after = held.get(id, 0) + batch.moves.get(id, 0)
            if id in batch.moves and (after > 0 if CHART[ref.code].kind == "liability" else after < 0):
                raise _not_enough(ref)
        batch.write()


def charge_shops(charges: Sequence[Charge], *, now: datetime) -> list[Charged]:
    """Charge shops, in the order given: balance, then deposit, then the platform advances and books a receivable.

    Answers in the same order. Two keepers charging one shop wait for each other; it is never overdrawn.
    """
    _positive(charges)
    if not charges:
        return []
    with together():
        refs = {charge.credit for charge in charges}
        purses, ids = _purses({(charge.shop_id, charge.currency) for charge in charges}, refs)
        batch, done, at = _Batch(), [], now.isoformat()
        for charge, fresh in zip(charges, new_ids(len(charges)), strict=True):
            id, currency = charge.id or fresh, charge.currency
            own = purses[charge.shop_id, currency]
            balance, deposit, advance = take(own.purse, charge.amount_minor)
            line = batch.entry(id, charge, at)
            if balance:
                line = batch.line(id, line, own.balance, balance, currency)
            if deposit:
                line = batch.line(id, line, own.deposit, deposit, currency)
            if advance:
                line = batch.line(id, line, own.receivable, advance, currency)
            batch.line(id, line, ids[charge.credit], -charge.amount_minor, currency)
            done.append(Charged(charge.key, id, balance, deposit, advance))
        _settle(batch, purses.values())
        batch.move_kept((charge.credit, ids, -charge.amount_minor) for charge in charges)
        batch.write()
    return done


def credit_shops(credits: Sequence[Credit], *, now: datetime) -> list[Credited]:
    """Give shops money, in the order given: what they owe is repaid first, then their deposit gets back
    *from_deposit* of it, the rest goes to the balance. Answers in the same order."""
    _positive(credits)
    if not credits:
        return []
    with together():
        refs = {credit.debit for credit in credits}
        purses, ids = _purses({(credit.shop_id, credit.currency) for credit in credits}, refs)
        batch, done, at = _Batch(), [], now.isoformat()
        for credit, fresh in zip(credits, new_ids(len(credits)), strict=True):
            id, currency = credit.id or fresh, credit.currency
            own = purses[credit.shop_id, currency]
            balance, deposit, repaid = give(own.purse, credit.amount_minor, credit.from_deposit)
            line = batch.entry(id, credit, at)
            line = batch.line(id, line, ids[credit.debit], credit.amount_minor, currency)
            for account, amount in ((own.receivable, repaid), (own.deposit, deposit), (own.balance, balance)):
                if amount:
                    line = batch.line(id, line, account, -amount, currency)
            done.append(Credited(credit.key, id, balance, deposit, repaid))
        _settle(batch, purses.values())
        batch.move_kept((credit.debit, ids, credit.amount_minor) for credit in credits)
        batch.write()
    return done


class _Own(NamedTuple):
    """A shop's three accounts in one currency, what it had when they were locked, and its running purse."""

    balance: UUID
    deposit: UUID
    receivable: UUID
    before: tuple[int, int, int]
    purse: Purse


def _purses(keys: Iterable[Key], others: set[Ref]) -> tuple[dict[Key, _Own], dict[Ref, UUID]]:
    """Lock the accounts of the shops in *keys* (and whatever in *others* is kept) and read what is in them."""
    trios = {
        key: tuple(Ref(code, str(key[0]), key[1]) for code in ("balance", "deposit", "receivable"))
        for key in keys
    }
    ids = accounts(others.union(*trios.values()))
    held = _lock(id for ref, id in ids.items() if CHART[ref.code].kept)
    purses = {}
    for key, trio in trios.items():
        balance, deposit, receivable = (ids[ref] for ref in trio)
        before = (-held[balance], -held[deposit], held[receivable])
        purses[key] = _Own(balance, deposit, receivable, before, Purse(*before))
    return purses, ids


def _lock(account_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Lock kept accounts in order of id. NO KEY: foreign keys of other postings need not wait for us."""
    wanted = list(account_ids)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, balance_minor FROM ledger_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [wanted],
        )
        return dict(cursor.fetchall())


def _settle(batch: _Batch, purses: Iterable[_Own]) -> None:
    """What each purse changed by is what its accounts move by."""
    for own in purses:
        balance, deposit, owed = own.before
        for account, moved in (
            (own.balance, balance - own.purse.balance),
            (own.deposit, deposit - own.purse.deposit),
            (own.receivable, own.purse.owed - owed),
        ):
            if moved:
                batch.moves[account] = batch.moves.get(account, 0) + moved


class _Batch:
    """Rows of one batch, in the text COPY wants: hexadecimal ids and rendered moments are twice as quick."""

    def __init__(self) -> None:
        self.entries: list[tuple[Any, ...]] = []
        self.postings: list[tuple[Any, ...]] = []
        self.moves: dict[UUID, int] = {}

    def entry(self, id: UUID, draft: EntryDraft | Charge | Credit, at: str) -> int:
        decision = draft.decision_id
        self.entries.append(
            (
                id.hex,
                draft.key,
                draft.kind,
                at,
                draft.cause_kind,
                draft.cause_id.hex,
                decision and decision.hex,
            )
        )
        return 1

    def line(self, entry: UUID, line: int, account: UUID, amount: int, currency: str) -> int:
        """Add posting number *line* (1 to 255), whose id is the entry's with that number at its end; returns the next."""
        number = entry.int
        self.postings.append(
            (f"{number >> 8 << 8 | line:032x}", f"{number:032x}", account.hex, amount, currency)
        )
        return line + 1

    def move_kept(self, lines: Iterable[tuple[Ref, dict[Ref, UUID], int]]) -> None:
        for ref, ids, amount in lines:
            if CHART[ref.code].kept:
                self.moves[ids[ref]] = self.moves.get(ids[ref], 0) + amount

    def write(self) -> None:
        copy_rows("ledger_entry", _ENTRY, self.entries)
        copy_rows("ledger_posting", _POSTING, self.postings)
        if self.moves:
            execute(
                "UPDATE ledger_account a SET balance_minor = a.balance_minor + m.moved "
                "FROM unnest(%s::uuid[], %s::bigint[]) AS m (id, moved) WHERE a.id = m.id",
                [list(self.moves), list(self.moves.values())],
            )


def _check(entry: EntryDraft) -> None:
    off = out_of_balance(entry.lines)
    amounts = [amount for _, amount in entry.lines]
    if off or not 2 <= len(amounts) <= 255 or 0 in amounts:
        raise Invalid("ledger.unbalanced", zh=f"分录 {entry.key} 借贷不平。",
                      en=f"The entry {entry.key} does not balance: {off or amounts}.")  # fmt: skip
    if any(ref.currency != entry.currency for ref, _ in entry.lines):
        raise Invalid("ledger.currency", zh=f"分录 {entry.key} 混用了币种。",
                      en=f"The entry {entry.key} names an account in another currency.")  # fmt: skip


def _positive(drafts: Sequence[Charge | Credit]) -> None:
    for draft in drafts:
        if draft.amount_minor <= 0:
            raise Invalid("ledger.amount", zh="金额必须大于零。",
                          en=f"{draft.key}: an amount must be above zero.")  # fmt: skip
        other = draft.credit if isinstance(draft, Charge) else draft.debit
        if other.currency != draft.currency:
            raise Invalid("ledger.currency", zh=f"{draft.key} 混用了币种。",
                          en=f"{draft.key} names an account in another currency.")  # fmt: skip


def _not_enough(ref: Ref) -> Refusal:
    return Refusal("ledger.not_enough", zh="账户余额不足。",
                   en=f"There is not enough money in the account {ref.code} {ref.holder}.")  # fmt: skip
