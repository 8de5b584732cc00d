"""What is on file of buyers, by which `paths/standing.py` says whether something may be sent or paid ahead of the goods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.kit.rows import fetch
from sanhao.service.aftersales.paths.standing import Record, TrustTerms, standing
from sanhao.service.orders import api as orders


def records(person_ids: Sequence[UUID]) -> dict[UUID, Record]:
    """What is on file of each. Two queries."""
    ids = sorted(set(person_ids))
    arrived = orders.known(ids)
    rows = fetch(
        """
        SELECT p.id,
            (SELECT count(*) FROM aftersales_case c WHERE c.person_id = p.id AND c.state = 'closed' AND c.at_shop) AS odd,
            (SELECT count(*) FROM aftersales_advance a WHERE a.person_id = p.id AND a.state = 'owed')
            + (SELECT count(*) FROM aftersales_case c
               WHERE c.person_id = p.id AND c.ships_first AND c.state = 'lapsed') AS owing,
            (SELECT max(a.ended_at) FROM aftersales_advance a
             WHERE a.person_id = p.id AND a.state IN ('owed', 'cleared', 'forgiven')) AS dropped_at
        FROM unnest(%s::uuid[]) AS p (id)
        """,
        [ids],
    )
    return {
        row["id"]: Record(
            arrived[row["id"]].arrived,
            arrived[row["id"]].since,
            row["odd"],
            row["owing"],
            row["dropped_at"],
        )
        for row in rows
    }


def trusted(person_id: UUID, *, now: datetime) -> bool:
    """Whether this buyer is known well, by the founding terms."""
    return standing(TrustTerms(), records([person_id])[person_id], now) == "trusted"
