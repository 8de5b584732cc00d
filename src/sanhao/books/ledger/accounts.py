"""Account ids by name: made on first use, remembered per process once they are committed."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction

from sanhao.books.ledger.core import CHART, Ref
from sanhao.kit.ids import new_ids
from sanhao.kit.money import exponent
from sanhao.kit.rows import together

_REMEMBERED_AT_MOST = 200_000

_known: dict[Ref, UUID] = {}


def accounts(refs: Iterable[Ref]) -> dict[Ref, UUID]:
    """The ids of *refs*, opening those accounts that do not exist yet. No query for what this process knows.

    Raises KeyError for a code the chart does not have, MoneyError for a currency ISO 4217 does not list.
    """
    found: dict[Ref, UUID] = {}
    missing: set[Ref] = set()
    for ref in refs:
        id = _known.get(ref)
        if id is None:
            missing.add(ref)
        else:
            found[ref] = id
    if missing:
        with together():
            opened = _read_or_open(sorted(missing))
            # An account opened by a transaction that is undone does not exist: remember after commit only.
            transaction.on_commit(lambda: _remember(opened))
        found.update(opened)
    return found


def forget() -> None:
    """Forget what is known: the tables were emptied or rebuilt under this process."""
    _known.clear()


def _remember(opened: dict[Ref, UUID]) -> None:
    if len(_known) > _REMEMBERED_AT_MOST:
        _known.clear()
    _known.update(opened)


def _read_or_open(refs: list[Ref]) -> dict[Ref, UUID]:
    found = _read(refs)
    missing = [ref for ref in refs if ref not in found]
    if missing:
        _open(missing)
        found.update(_read(missing))
    return found


def _read(refs: list[Ref]) -> dict[Ref, UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.code, a.holder, a.currency, a.id FROM ledger_account a
            JOIN unnest(%s::text[], %s::text[], %s::text[]) AS r (code, holder, currency)
              ON a.code = r.code AND a.holder = r.holder AND a.currency = r.currency
            """,
            [list(column) for column in zip(*refs, strict=True)],
        )
        return {Ref(code, holder, currency): id for code, holder, currency, id in cursor.fetchall()}


def _open(refs: list[Ref]) -> None:
    """Sorted by name, so that two processes opening the same accounts wait for each other instead of colliding."""
    for ref in refs:
        exponent(ref.currency)
    sorts = [CHART[ref.code] for ref in refs]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_account (id, code, holder, currency, kind, is_kept, balance_minor)
            SELECT *, 0 FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bool[])
            ON CONFLICT (code, holder, currency) DO NOTHING
            """,
            [new_ids(len(refs)), *(list(column) for column in zip(*refs, strict=True)),
             [sort.kind for sort in sorts], [sort.kept for sort in sorts]],
        )  # fmt: skip
