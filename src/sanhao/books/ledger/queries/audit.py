"""Does the book hold? Everything summed up anew, from the postings."""

from __future__ import annotations

from uuid import UUID

import msgspec

from sanhao.books.ledger.core import Ref
from sanhao.kit.rows import fetch


class AuditReport(msgspec.Struct, frozen=True):
    """*sums* per currency must all be zero, *unbalanced* and *drifted* empty. A drift is (kept, sum of postings)."""

    entries: int
    postings: int
    sums: dict[str, int]
    unbalanced: tuple[UUID, ...]
    drifted: dict[Ref, tuple[int, int]]

    @property
    def sound(self) -> bool:
        return not any(self.sums.values()) and not self.unbalanced and not self.drifted


def audit() -> AuditReport:
    """Sum up the whole book: zero per currency and per entry, kept balances equal to their postings."""
    [counted] = fetch("SELECT count(*) AS n FROM ledger_entry")
    sums = fetch(
        "SELECT currency, sum(amount_minor)::bigint AS minor, count(*) AS n FROM ledger_posting "
        "GROUP BY currency ORDER BY currency"
    )
    unbalanced = fetch(
        "SELECT entry_id FROM ledger_posting GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0 "
        "ORDER BY entry_id LIMIT 1000"
    )
    drifted = fetch(
        """
        SELECT a.code, a.holder, a.currency, a.balance_minor AS kept, coalesce(s.minor, 0)::bigint AS summed
        FROM ledger_account a
        LEFT JOIN (SELECT account_id, sum(amount_minor) AS minor FROM ledger_posting GROUP BY account_id) s
               ON s.account_id = a.id
        WHERE a.is_kept AND a.balance_minor <> coalesce(s.minor, 0)
        ORDER BY a.code, a.holder, a.currency LIMIT 1000
        """
    )
    return AuditReport(
        entries=counted["n"],
        postings=sum(row["n"] for row in sums),
        sums={row["currency"]: row["minor"] for row in sums},
        unbalanced=tuple(row["entry_id"] for row in unbalanced),
        drifted={Ref(r["code"], r["holder"], r["currency"]): (r["kept"], r["summed"]) for r in drifted},
    )
