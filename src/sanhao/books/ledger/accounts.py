"""Account ids by name: made on first use, remembered per process once they are committed.

Inside the ledger an account id is text, the form in which it goes into COPY and arrays without being rendered again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db import connection, transaction

from sanhao.books.ledger.core import CHART, Ref
from sanhao.kit.ids import new_ids
from sanhao.kit.money import exponent
from sanhao.kit.rows import together

_REMEMBERED_AT_MOST = 200_000

ShopKey = tuple[int, str]
"""A shop (the number of its id, which hashes quickly) and a currency."""


K = TypeVar("K")
V = TypeVar("V")


class Trio(NamedTuple):
    """A shop's own accounts in one currency."""

    balance: str
    deposit: str
    receivable: str


_known: dict[Ref, str] = {}
_trios: dict[ShopKey, Trio] = {}


def accounts(refs: Iterable[Ref]) -> dict[Ref, UUID]:
    """The ids of *refs*, opening those accounts that do not exist yet. No query for what this process knows.

    Raises KeyError for a code the chart does not have, MoneyError for a currency ISO 4217 does not list.
    """
    return {ref: UUID(id) for ref, id in ids_of(refs).items()}


def ids_of(refs: Iterable[Ref]) -> dict[Ref, str]:
    """As `accounts`, with the ids as text."""
    found: dict[Ref, str] = {}
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
            transaction.on_commit(lambda: _remember(_known, opened))
        found.update(opened)
    return found


def trios_of(keys: Collection[ShopKey]) -> dict[ShopKey, Trio]:
    """The own accounts of shops, opened where need be."""
    found = {key: trio for key in keys if (trio := _trios.get(key))}
    missing = [key for key in keys if key not in found]
    if missing:
        refs = {key: [Ref(code, str(UUID(int=key[0])), key[1]) for code in Trio._fields] for key in missing}
        with together():
            ids = ids_of({ref for trio in refs.values() for ref in trio})
            fresh = {key: Trio(*(ids[ref] for ref in trio)) for key, trio in refs.items()}
            transaction.on_commit(lambda: _remember(_trios, fresh))
        found.update(fresh)
    return found


def forget() -> None:
    """Forget what is known: the tables were emptied or rebuilt under this process."""
    _known.clear()
    _trios.clear()


def _remember(memory: dict[K, V], fresh: dict[K, V]) -> None:
    if len(memory) > _REMEMBERED_AT_MOST:
        memory.clear()
    memory.update(fresh)


def _read_or_open(refs: list[Ref]) -> dict[Ref, str]:
    found = _read(refs)
    missing = [ref for ref in refs if ref not in found]
    if missing:
        _open(missing)
        found.update(_read(missing))
    return found


def _read(refs: list[Ref]) -> dict[Ref, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.code, a.holder, a.currency, a.id::text FROM ledger_account a
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
