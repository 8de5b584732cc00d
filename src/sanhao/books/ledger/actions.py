"""The verbs of the ledger. All are set-based and join the caller's transaction.

A shop's own accounts are locked with one SELECT in order of id before anything is computed; the platform's accounts
are never locked, so that no posting waits for a hot row. A batch is one COPY per table and one UPDATE of balances.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sanhao.books.ledger.accounts import ShopKey, Trio, ids_of, trios_of
from sanhao.books.ledger.batch import Batch, lock
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
from sanhao.kit.rows import together


def post(entries: Sequence[EntryDraft]) -> None:
    """Write *entries*. Raises Invalid ``ledger.unbalanced``, Refusal ``ledger.not_enough`` where a shop's account
    would be overdrawn, and IntegrityError for a key that exists (look with `posted` where a repeat is expected)."""
    for entry in entries:
        _check(entry)
    if not entries:
        return
    with together():
        ids = ids_of({ref for entry in entries for ref, _ in entry.lines})
        batch = Batch()
        for entry in entries:
            name = batch.entry(entry.id, entry, entry.at.isoformat())
            for number, (ref, amount) in enumerate(entry.lines, 1):
                batch.line(name, number, ids[ref], amount, ref.currency)
                if CHART[ref.code].kept:
                    batch.move(ids[ref], amount)
        held = lock(batch.moves)
        for ref, id in ids.items():
            if id in batch.moves:
                after = held[id] + batch.moves[id]
                if after > 0 if CHART[ref.code].kind == "liability" else after < 0:
                    raise _not_enough(ref)
        batch.write()


def lock_balances(refs: Collection[Ref]) -> dict[Ref, int]:
    """Lock kept accounts in order of id until the transaction ends; their balances in minor units, debit positive.

    For verbs that decide by a balance before they post, or that touch more than a shop's own three accounts.
    """
    ids = ids_of(refs)
    held = lock(set(ids.values()))
    return {ref: held[id] for ref, id in ids.items()}


def charge_shops(charges: Sequence[Charge], *, now: datetime) -> list[Charged]:
    """Charge shops, in the order given: balance, then deposit, then the platform advances and books a receivable.

    Answers in the same order. Two keepers charging one shop wait for each other; it is never overdrawn.
    """
    if not charges:
        return []
    keys = [(charge.shop_id.int, charge.currency) for charge in charges]
    with together():
        ids, kept = _others(charges, {charge.credit for charge in charges})
        purses, trios, before = _purses(set(keys), kept)
        batch, done, at = Batch(), [], now.isoformat()
        for charge, fresh, key in zip(charges, _fresh(charges), keys, strict=True):
            id, amount, currency, trio = fresh, charge.amount_minor, charge.currency, trios[key]
            balance, deposit, advance = take(purses[key], amount)
            name = batch.entry(id, charge, at)
            if balance:
                batch.line(name, 1, trio.balance, balance, currency)
            if deposit:
                batch.line(name, 2, trio.deposit, deposit, currency)
            if advance:
                batch.line(name, 3, trio.receivable, advance, currency)
            batch.line(name, 4, ids[charge.credit], -amount, currency)
            done.append(Charged(charge.key, id, balance, deposit, advance))
        for charge in charges if kept else ():
            if ids[charge.credit] in kept:
                batch.move(ids[charge.credit], -charge.amount_minor)
        _settle(batch, purses, trios, before)
        batch.write()
    return done


def credit_shops(credits: Sequence[Credit], *, now: datetime) -> list[Credited]:
    """Give shops money, in the order given: what they owe is repaid first, then their deposit gets back
    *from_deposit* of it, the rest goes to the balance. Answers in the same order."""
    if not credits:
        return []
    keys = [(credit.shop_id.int, credit.currency) for credit in credits]
    with together():
        ids, kept = _others(credits, {credit.debit for credit in credits})
        purses, trios, before = _purses(set(keys), kept)
        batch, done, at = Batch(), [], now.isoformat()
        for credit, fresh, key in zip(credits, _fresh(credits), keys, strict=True):
            id, amount, currency, trio = fresh, credit.amount_minor, credit.currency, trios[key]
            balance, deposit, repaid = give(purses[key], amount, credit.from_deposit)
            name = batch.entry(id, credit, at)
            batch.line(name, 1, ids[credit.debit], amount, currency)
            parts = ((trio.receivable, repaid), (trio.deposit, deposit), (trio.balance, balance))
            for number, (account, part) in enumerate(parts, 2):
                if part:
                    batch.line(name, number, account, -part, currency)
            if ids[credit.debit] in kept:
                batch.move(ids[credit.debit], amount)
            done.append(Credited(credit.key, id, balance, deposit, repaid))
        _settle(batch, purses, trios, before)
        batch.write()
    return done


def _others(drafts: Sequence[Charge] | Sequence[Credit], refs: set[Ref]) -> tuple[dict[Ref, str], set[str]]:
    """The accounts on the other side, and which of them are kept. Refuses amounts and currencies that cannot be."""
    currencies = {ref.currency for ref in refs}
    if min(draft.amount_minor for draft in drafts) <= 0:
        raise Invalid("ledger.amount", zh="金额必须大于零。", en="An amount must be above zero.")
    if len(currencies) > 1 or {draft.currency for draft in drafts} != currencies:
        for draft in drafts:
            other = draft.credit if isinstance(draft, Charge) else draft.debit
            if other.currency != draft.currency:
                raise _mixed(draft.key)
    ids = ids_of(refs)
    return ids, {id for ref, id in ids.items() if CHART[ref.code].kept}


def _fresh(drafts: Sequence[Charge] | Sequence[Credit]) -> list[UUID]:
    """The ids of the entries: those the drafts name, new ones for the others."""
    named: list[UUID | None] = [draft.id for draft in drafts]
    if None not in named:
        return [id for id in named if id]
    return [id or fresh for id, fresh in zip(named, new_ids(len(named)), strict=True)]


Purses = dict[ShopKey, Purse]
Trios = dict[ShopKey, Trio]
Before = dict[str, int]


def _purses(keys: set[ShopKey], kept: set[str]) -> tuple[Purses, Trios, Before]:
    """Lock the accounts of the shops in *keys* and those in *kept*; read what each shop has and owes."""
    trios = trios_of(keys)
    before = lock(kept.union(*trios.values()))
    purses = {
        key: Purse(-before[balance], -before[deposit], before[receivable])
        for key, (balance, deposit, receivable) in trios.items()
    }
    return purses, trios, before


def _settle(batch: Batch, purses: Purses, trios: Trios, before: Before) -> None:
    """What each purse changed by is what its accounts move by."""
    for key, (balance, deposit, receivable) in trios.items():
        purse = purses[key]
        batch.move(balance, -purse.balance - before[balance])
        batch.move(deposit, -purse.deposit - before[deposit])
        batch.move(receivable, purse.owed - before[receivable])


def _check(entry: EntryDraft) -> None:
    off = out_of_balance(entry.lines)
    amounts = [amount for _, amount in entry.lines]
    if off or not 2 <= len(amounts) <= 255 or 0 in amounts:
        raise Invalid("ledger.unbalanced", zh=f"分录 {entry.key} 借贷不平。",
                      en=f"The entry {entry.key} does not balance: {off or amounts}.")  # fmt: skip
    if any(ref.currency != entry.currency for ref, _ in entry.lines):
        raise _mixed(entry.key)


def _mixed(key: str) -> Invalid:
    return Invalid(
        "ledger.currency", zh=f"{key} 混用了币种。", en=f"{key} names an account in another currency."
    )


def _not_enough(ref: Ref) -> Refusal:
    return Refusal("ledger.not_enough", zh="账户余额不足。",
                   en=f"There is not enough money in the account {ref.code} {ref.holder}.")  # fmt: skip
