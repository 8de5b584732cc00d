"""Reading decisions and appeals. Pages go backwards in time: *before* is the id of the last row already seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.decisions.core import AppealView, DecisionView, Tally, UndoState
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text

_COLUMNS = """d.id, d.key, d.kind, d.subject_kind, d.subject_id, d.rule_id, d.facts::text AS facts,
    d.verdict::text AS verdict, d.effect_minor, d.currency, d.sentence_zh, d.sentence_en, d.shop_id, d.person_id,
    d.automatic, d.decided_by_id, d.decided_at, d.appeal_until, d.state"""
_SELECT = f"SELECT {_COLUMNS} FROM decisions_decision d"
_EARLIER = """(%(before)s::uuid IS NULL OR (d.decided_at, d.id) <
    (SELECT decided_at, id FROM decisions_decision WHERE id = %(before)s))"""
_LIKE = """(%(outcome)s::text IS NULL OR d.verdict->>'outcome' = %(outcome)s)
    AND (%(state)s::text IS NULL OR d.state = %(state)s)"""
_KNOWN_KINDS = """WITH RECURSIVE known AS (
        (SELECT kind FROM decisions_decision ORDER BY kind LIMIT 1)
        UNION ALL
        SELECT (SELECT n.kind FROM decisions_decision n WHERE n.kind > k.kind ORDER BY n.kind LIMIT 1)
        FROM known k WHERE k.kind IS NOT NULL
    )"""
_undoers: dict[str, set[str]] = {}


def register_undo(kind: str, owner: str) -> None:
    """Say that *owner* undoes an effect when a decision of *kind* is overturned (`undo_state` then expects it)."""
    _undoers.setdefault(kind, set()).add(owner)


def decision(id: UUID) -> DecisionView:
    """Raises NotFound."""
    if views := _views(f"{_SELECT} WHERE d.id = %(id)s", {"id": id}):
        return views[0]
    raise no_decision()


def decisions(ids: Sequence[UUID]) -> dict[UUID, DecisionView]:
    """Those of *ids* that exist."""
    return {view.id: view for view in _views(f"{_SELECT} WHERE d.id = ANY(%(ids)s)", {"ids": list(ids)})}


def of_subject(kind: str, id: UUID) -> list[DecisionView]:
    """All decisions about one subject, oldest first."""
    return _views(
        f"{_SELECT} WHERE d.subject_id = %(id)s AND d.subject_kind = %(kind)s ORDER BY d.decided_at, d.id",
        {"id": id, "kind": kind},
    )


def of_subjects(kind: str, ids: Sequence[UUID]) -> dict[UUID, list[DecisionView]]:
    """The same for many subjects in one query; those without a decision are missing."""
    found: dict[UUID, list[DecisionView]] = {}
    for view in _views(
        f"{_SELECT} WHERE d.subject_id = ANY(%(ids)s) AND d.subject_kind = %(kind)s ORDER BY d.decided_at, d.id",
        {"ids": list(ids), "kind": kind},
    ):
        found.setdefault(view.subject_id, []).append(view)
    return found


def for_shop(shop_id: UUID, *, limit: int = 50, before: UUID | None = None) -> list[DecisionView]:
    """What was decided about a shop, newest first."""
    return _views(
        f"""{_SELECT} WHERE d.shop_id = %(shop)s AND {_EARLIER}
        ORDER BY d.decided_at DESC, d.id DESC LIMIT %(limit)s""",
        {"shop": shop_id, "limit": limit, "before": before},
    )


def recent(
    *,
    kind: str | None = None,
    outcome: str | None = None,
    state: str | None = None,
    shop_id: UUID | None = None,
    limit: int = 50,
    before: UUID | None = None,
) -> list[DecisionView]:
    """The newest decisions, of one *kind*, verdict *outcome*, *state* or shop where given."""
    wanted = {
        "kind": kind, "outcome": outcome, "state": state, "shop": shop_id, "limit": limit, "before": before,
    }  # fmt: skip
    if shop_id is not None:
        return _views(
            f"""{_SELECT} WHERE d.shop_id = %(shop)s AND {_EARLIER} AND {_LIKE}
              AND (%(kind)s::text IS NULL OR d.kind = %(kind)s)
            ORDER BY d.decided_at DESC, d.id DESC LIMIT %(limit)s""",
            wanted,
        )
    # One index serves every filter: the newest of each kind (kinds are few), then the newest of those.
    return _views(
        f"""
        {_KNOWN_KINDS}, kinds AS (
            SELECT %(kind)s::text AS kind WHERE %(kind)s::text IS NOT NULL
            UNION ALL SELECT k.kind FROM known k WHERE %(kind)s::text IS NULL AND k.kind IS NOT NULL
        )
        SELECT {_COLUMNS} FROM kinds CROSS JOIN LATERAL (
            SELECT * FROM decisions_decision d WHERE d.kind = kinds.kind AND {_EARLIER} AND {_LIKE}
            ORDER BY d.decided_at DESC, d.id DESC LIMIT %(limit)s
        ) d ORDER BY d.decided_at DESC, d.id DESC LIMIT %(limit)s
        """,
        wanted,
    )


def tally(*, since: datetime, until: datetime) -> list[Tally]:
    """Counts and sums of what was decided from *since* up to, not including, *until*."""
    rows = fetch(
        f"""
        {_KNOWN_KINDS}
        SELECT k.kind, coalesce(d.verdict->>'outcome', '') AS outcome, d.state, d.currency, count(*) AS count,
               sum(d.effect_minor)::bigint AS effect_minor
        FROM known k JOIN decisions_decision d
          ON d.kind = k.kind AND d.decided_at >= %(since)s AND d.decided_at < %(until)s
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        """,
        {"since": since, "until": until},
    )
    return [Tally(**row) for row in rows]


def in_order_of_id(*, batch: int) -> Iterator[list[DecisionView]]:
    """Every decision, *batch* at a time, for a check over all of them."""
    last: UUID | None = None
    while True:
        views = _views(
            f"{_SELECT} WHERE %(last)s::uuid IS NULL OR d.id > %(last)s ORDER BY d.id LIMIT %(limit)s",
            {"last": last, "limit": batch},
        )
        if not views:
            return
        yield views
        last = views[-1].id


def open_appeals(*, limit: int = 200) -> list[AppealView]:
    """Appeals that wait for an answer, the most urgent first."""
    return _appeals(
        "a.state IN ('open', 'claimed') ORDER BY a.due_at, a.id LIMIT %(limit)s", {"limit": limit}
    )


def answered_appeals(*, limit: int = 50, before: datetime | None = None) -> list[AppealView]:
    """Appeals that were answered, the latest answer first; *before* is the `answered_at` of the last one seen."""
    return _appeals(
        "a.answered_at IS NOT NULL AND (%(before)s::timestamptz IS NULL OR a.answered_at < %(before)s) "
        "ORDER BY a.answered_at DESC, a.id DESC LIMIT %(limit)s",
        {"limit": limit, "before": before},
    )


def kinds() -> list[str]:
    """Every kind of decision there has been."""
    rows = fetch(f"{_KNOWN_KINDS} SELECT kind FROM known WHERE kind IS NOT NULL ORDER BY kind")
    return [row["kind"] for row in rows]


def appeal_by_id(id: UUID) -> AppealView:
    """Raises NotFound."""
    if views := _appeals("a.id = %(id)s", {"id": id}):
        return views[0]
    raise NotFound("appeal.unknown", zh="没有这份申诉。", en="There is no such appeal.")


def appeals_of(decision_ids: Sequence[UUID]) -> dict[UUID, AppealView]:
    """The appeal of each decision that has one."""
    views = _appeals("a.decision_id = ANY(%(ids)s)", {"ids": list(decision_ids)})
    return {view.decision_id: view for view in views}


def undo_state(decision_id: UUID) -> UndoState:
    """Who undoes what of a decision. Expects nobody while it is not overturned. Raises NotFound."""
    rows = fetch(
        """
        SELECT d.kind, d.state, u.owner, u.at FROM decisions_decision d
        LEFT JOIN decisions_undoing u ON u.decision_id = d.id WHERE d.id = %s
        """,
        [decision_id],
    )
    if not rows:
        raise no_decision()
    overturned = rows[0]["state"] == "overturned"
    expected = frozenset(_undoers.get(rows[0]["kind"], ())) if overturned else frozenset()
    return UndoState(expected, {row["owner"]: row["at"] for row in rows if row["owner"] is not None})


def not_undone() -> list[tuple[UUID, str]]:
    """(decision, owner) for everything overturned that an owner has not acknowledged yet."""
    wanted = [(kind, owner) for kind, owners in _undoers.items() for owner in sorted(owners)]
    rows = fetch(
        """
        SELECT d.id, w.owner FROM decisions_decision d
        JOIN unnest(%s::text[], %s::text[]) AS w(kind, owner) ON w.kind = d.kind
        WHERE d.state = 'overturned'
          AND NOT EXISTS (SELECT 1 FROM decisions_undoing u WHERE u.decision_id = d.id AND u.owner = w.owner)
        ORDER BY d.id, w.owner
        """,
        [[kind for kind, _ in wanted], [owner for _, owner in wanted]],
    )
    return [(row["id"], row["owner"]) for row in rows]


def no_decision() -> NotFound:
    return NotFound("decision.unknown", zh="没有这个决定。", en="There is no such decision.")


def _views(sql: str, params: dict[str, Any]) -> list[DecisionView]:
    decode = msgspec.json.decode
    return [
        DecisionView(
            r["id"], r["key"], r["kind"], r["subject_kind"], r["subject_id"], r["rule_id"], decode(r["facts"]),
            decode(r["verdict"]), r["effect_minor"], r["currency"], Text(zh=r["sentence_zh"], en=r["sentence_en"]),
            r["shop_id"], r["person_id"], r["automatic"], r["decided_by_id"], r["decided_at"], r["appeal_until"],
            r["state"],
        )
        for r in fetch(sql, params)
    ]  # fmt: skip


def _appeals(where: str, params: dict[str, Any]) -> list[AppealView]:
    rows = fetch(
        f"""
        SELECT a.*, d.kind, d.sentence_zh, d.sentence_en FROM decisions_appeal a
        JOIN decisions_decision d ON d.id = a.decision_id WHERE {where}
        """,
        params,
    )
    return [
        AppealView(
            r["id"], r["decision_id"], r["by_id"], r["party"], r["text"], r["made_at"], r["due_at"], r["state"],
            r["claimed_by_id"], r["claimed_at"], r["answer"], r["answered_at"], r["kind"],
            Text(zh=r["sentence_zh"], en=r["sentence_en"]),
        )
        for r in rows
    ]  # fmt: skip
