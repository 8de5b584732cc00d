"""The whole book as a beancount file, for an auditor who trusts neither us nor our code.

An account of Sanhao (code, holder, currency) is an account of beancount, opened in its one currency on the day it is
first used. Each entry is a transaction that carries its key, its cause and its decision as metadata. Debit is positive
there as it is here, so amounts go over as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from sanhao.books.ledger.core import CHART
from sanhao.kit.money import exponent

_ROOTS = {"asset": "Assets", "liability": "Liabilities", "income": "Income", "expense": "Expenses"}
_PLAIN = re.compile(r"[a-z0-9][a-z0-9-]*")
_CHUNK = 5_000

_BOOK = """
    SELECT e.id, e.key, e.kind, e.at, e.cause_kind, e.cause_id, e.decision_id,
           a.code, a.holder, p.currency, p.amount_minor
    FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account a ON a.id = p.account_id
    ORDER BY e.at, e.id, p.id
"""


class _Row(NamedTuple):
    id: UUID
    key: str
    kind: str
    at: datetime
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None
    code: str
    holder: str
    currency: str
    amount_minor: int


class ExportCounts(msgspec.Struct):
    """What an export has written so far."""

    entries: int = 0
    postings: int = 0
    accounts: int = 0


def beancount(counts: ExportCounts | None = None) -> Iterator[str]:
    """The book in pieces of a beancount file, streamed from one snapshot; *counts* is kept up to date on the way."""
    counts = counts if counts is not None else ExportCounts()
    opened: set[str] = set()
    yield 'option "title" "Sanhao"\n'
    for _, group in groupby(_rows(), key=attrgetter("id")):
        lines = list(group)
        names = [account_name(line.code, line.holder, line.currency) for line in lines]
        for name, line in zip(names, lines, strict=True):
            if name not in opened:
                opened.add(name)
                yield f"{line.at:%Y-%m-%d} open {name} {line.currency}\n"
        yield _head(lines[0])
        for name, line in zip(names, lines, strict=True):
            yield f"  {name}  {_amount(line.amount_minor, line.currency)} {line.currency}\n"
        counts.entries += 1
        counts.postings += len(lines)
        counts.accounts = len(opened)


def _rows() -> Iterator[_Row]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_BOOK)
        while rows := cursor.fetchmany(_CHUNK):
            yield from (_Row(*row) for row in rows)


def _head(first: _Row) -> str:
    head = (
        f"\n{first.at:%Y-%m-%d} * {_text(first.kind)} {_text(first.key)}\n"
        f"  id: {_text(first.id)}\n  key: {_text(first.key)}\n  at: {_text(first.at.isoformat())}\n"
        f"  cause: {_text(f'{first.cause_kind}:{first.cause_id}')}\n"
    )
    return head if first.decision_id is None else f"{head}  decision: {_text(first.decision_id)}\n"


def account_name(code: str, holder: str, currency: str) -> str:
    """``Liabilities:Balance:0190…:CNY``: one name for one account, and never the same for two."""
    # Components start with a capital or a digit. A holder that is not plain is spelled in hexadecimal.
    part = holder.capitalize() if _PLAIN.fullmatch(holder) else f"X-{holder.encode().hex()}"
    title = "".join(word.capitalize() for word in code.split("_"))
    return f"{_ROOTS[CHART[code].kind]}:{title}:{part}:{currency}"


def _amount(minor: int, currency: str) -> str:
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def _text(value: object) -> str:
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
