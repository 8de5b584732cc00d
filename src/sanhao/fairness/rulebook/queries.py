"""Which rule binds when, and what a version says.

Which version is in force is asked of the database every time, with one index lookup: another process may have
announced a rule, a demo world may have moved its clock, and a cache in front of a 0.2 ms question would only add ways
to be wrong. What a version *says* never changes, so that is kept per process (as JSON text, decoded afresh for each
reader, so that nobody can change another's terms).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook.core import EVERYWHERE, Paying, Preview, RuleVersion, RuleView, markets
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text

_KEPT_VERSIONS = 2_000
_Said = tuple[str, str, int, str, datetime]
_said: dict[UUID, _Said] = {}

_BINDING = "state IN ('announced', 'in_force', 'superseded')"
_COLUMNS = "id, key, market, version, terms::text AS terms, effective_at"


def in_force(key: str, *, at: datetime, market: str = EVERYWHERE) -> RuleVersion:
    """The version of *key* that binds *market* at *at*. One query. Raises LookupError where there is none."""
    return in_force_many([key], at=at, market=market)[key]


def in_force_many(keys: Sequence[str], *, at: datetime, market: str = EVERYWHERE) -> dict[str, RuleVersion]:
    """For each of *keys* what binds *market* at *at*: the market's own rule, else the Union's where it is in it, else the
    one for everywhere. One query.

    A version binds from its `effective_at` (included) to the next one's (excluded), whether or not a keeper has
    moved its state yet. Raises LookupError naming the keys nothing is in force for.
    """
    rows = fetch(
        f"""
        SELECT DISTINCT ON (key) {_COLUMNS} FROM rulebook_rule
        WHERE key = ANY(%(keys)s) AND market = ANY(%(markets)s) AND effective_at <= %(at)s AND {_BINDING}
        ORDER BY key, array_position(%(markets)s, market::text), effective_at DESC
        """,
        {"keys": list(dict.fromkeys(keys)), "markets": list(markets(market)), "at": at},
    )
    found = {row["key"]: _version(row["id"], _keep(row)) for row in rows}
    if missing := [key for key in keys if key not in found]:
        raise LookupError(f"no rule in force at {at.isoformat()} in {market}: {', '.join(missing)}")
    return found


def version(id: UUID) -> RuleVersion:
    """What an announced version says; no query the second time. Raises NotFound for a draft or an unknown id."""
    said = _said.get(id)
    if said is None:
        rows = fetch(f"SELECT {_COLUMNS} FROM rulebook_rule WHERE id = %s AND {_BINDING}", [id])
        if not rows:
            raise no_rule()
        said = _keep(rows[0])
    return _version(id, said)


def versions(key: str, *, market: str | None = None) -> list[RuleView]:
    """Every version of *key*, drafts and withdrawn ones included, newest first."""
    return _views("key = %s AND (%s::text IS NULL OR market = %s)", [key, market, market], "version DESC")


_names: dict[str, Text] = {}


def register_names(names: Mapping[str, Text]) -> None:
    """How terms are called, on pages and in sentences; whoever owns them says so. Raises ValueError for a second name."""
    for term, name in names.items():
        if _names.setdefault(term, name) != name:
            raise ValueError(f"two names are registered for the term {term}")


def name_of(term: str) -> Text | None:
    """What people call a term, if anybody named it."""
    return _names.get(term)


def changed(id: UUID) -> list[Text]:
    """By name, the terms in which a version differs from the one announced before it in its market (or everywhere)."""
    found = rule(id)
    before = [
        view
        for view in versions(found.key)
        if view.market in markets(found.market)
        and view.state not in ("draft", "withdrawn")
        and view.effective_at is not None
        and (found.effective_at is None or view.effective_at < found.effective_at)
        and view.id != id
    ]
    last = max(before, key=lambda view: (view.market != EVERYWHERE, view.effective_at), default=None)
    old = last.terms if last is not None else {}
    differing = [name for name in {**old, **found.terms} if old.get(name) != found.terms.get(name)]
    return list(dict.fromkeys((name_of(name) or Text(zh=name, en=name)) for name in differing))


def rule(id: UUID) -> RuleView:
    """One version in whatever state. Raises NotFound."""
    if views := _views("id = %s", [id]):
        return views[0]
    raise no_rule()


def previews(
    rule_ids: Sequence[UUID], *, shop_id: UUID | None = None, largest: int = 0
) -> dict[UUID, list[Preview]]:
    """What replaying found for these versions: the total of each currency first, then that of *shop_id*, or of the
    *largest* shops by what they would pay. One query."""
    rows = fetch(
        """
        SELECT * FROM (
            SELECT p.*, row_number() OVER (PARTITION BY rule_id, shop_id IS NULL ORDER BY owed_minor DESC, id) AS place
            FROM rulebook_preview p
            WHERE rule_id = ANY(%(ids)s) AND (shop_id IS NULL OR %(shop)s::uuid IS NULL OR shop_id = %(shop)s)
        ) ranked
        WHERE shop_id IS NULL OR shop_id = %(shop)s OR place <= %(largest)s
        ORDER BY shop_id IS NOT NULL, owed_minor DESC, id
        """,
        {"ids": list(rule_ids), "shop": shop_id, "largest": largest},
    )
    found: dict[UUID, list[Preview]] = {}
    for r in rows:
        currency = r["currency"]
        found.setdefault(r["rule_id"], []).append(
            Preview(
                r["shop_id"], r["since"], r["until"], r["promises"],
                Paying(Money(r["owed_minor"], currency), r["cases"], r["buyers"]),
                Paying(Money(r["owed_before_minor"], currency), r["cases_before"], r["buyers_before"]),
            )
        )  # fmt: skip
    return found


def book(*, at: datetime) -> list[RuleView]:
    """All that binds or will: what is in force at *at*, and what is announced for later, by key."""
    return _views(
        f"""{_BINDING} AND NOT EXISTS (
            SELECT 1 FROM rulebook_rule later WHERE later.key = r.key AND later.market = r.market
              AND later.effective_at > r.effective_at AND later.effective_at <= %s AND later.{_BINDING})""",
        [at],
        "key, market, effective_at",
    )


def drafts() -> list[RuleView]:
    return _views("state = 'draft'", [], "made_at, id")


def no_rule() -> NotFound:
    return NotFound("rule.unknown", zh="没有这条规则。", en="There is no such rule.")


def _keep(row: dict[str, Any]) -> _Said:
    if len(_said) >= _KEPT_VERSIONS:
        _said.clear()
    said: _Said = (row["key"], row["market"], row["version"], row["terms"], row["effective_at"])
    _said[row["id"]] = said
    return said


def _version(id: UUID, said: _Said) -> RuleVersion:
    key, market, number, terms, effective_at = said
    return RuleVersion(id, key, market, number, msgspec.json.decode(terms), effective_at)


def _views(where: str, params: list[Any], order: str = "id") -> list[RuleView]:
    rows = fetch(
        f"""SELECT id, key, market, version, state, terms::text AS terms, title_zh, title_en, reason, notice_days,
                   announced_at, effective_at, made_by_id, made_at
            FROM rulebook_rule r WHERE {where} ORDER BY {order}""",
        params,
    )
    return [
        RuleView(
            r["id"], r["key"], r["market"], r["version"], r["state"], msgspec.json.decode(r["terms"]),
            Text(zh=r["title_zh"], en=r["title_en"]), r["reason"], r["notice_days"], r["announced_at"],
            r["effective_at"], r["made_by_id"], r["made_at"],
        )
        for r in rows
    ]  # fmt: skip
