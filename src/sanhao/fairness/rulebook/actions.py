"""Making rules: founding, drafting, announcing, withdrawing; the keeper's move into force.

Whoever writes a rule first takes the rulebook's one lock: rules change a few times a month, and what they promise
(numbers without gaps, versions that never overlap) is worth standing in line for. Readers never wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.fairness.rulebook.core import (
    EVERYWHERE,
    FOUNDED,
    NOTICE,
    NOTICE_DAYS,
    Preview,
    Terms,
    Validate,
    check_notice,
    check_terms,
)
from sanhao.fairness.rulebook.events import RuleAnnounced, RuleDrafted, RuleTookEffect, RuleWithdrawn
from sanhao.fairness.rulebook.models import RULE_STATES
from sanhao.fairness.rulebook.queries import in_force, no_rule, rule
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import copy_rows, execute, fetch, together
from sanhao.kit.text import Text
from sanhao.people.api import require_role

_schemas: dict[str, Validate] = {}
_shapes: dict[str, type[msgspec.Struct]] = {}


def register_schema(key: str, validate: Validate, shape: type[msgspec.Struct] | None = None) -> None:
    """Say what terms *key* may have, and of what *shape* they are; a *key* that ends with a dot stands for all keys that
    begin with it.

    Raises ValueError for a second schema under the same name.
    """
    if _schemas.setdefault(key, validate) is not validate:
        raise ValueError(f"two schemas are registered for {key}")
    if shape is not None:
        _shapes[key] = shape


def register_terms(key: str, shape: type[msgspec.Struct]) -> None:
    """Say that the terms of *key* have this shape; what they leave out is stored as the shape's default."""
    register_schema(key, _reading(shape), shape)


def shape_of(key: str) -> type[msgspec.Struct] | None:
    """The shape of the terms of rule *key*; None where nobody said."""
    return _shapes.get(key)


@cache
def _reading(shape: type[msgspec.Struct]) -> Validate:
    def read(terms: Terms) -> Terms:
        whole: Terms = msgspec.to_builtins(msgspec.convert(terms, shape))
        return whole

    return read


def found(
    key: str, terms: Terms, *, title: Text, now: datetime, market: str = EVERYWHERE, reason: str = ""
) -> UUID:
    """Version 1 of *key*, in force since before any order; returns its id. Where it exists, nothing changes."""
    checked = check_terms(terms, _schema(key))
    with transaction.atomic():
        execute(
            """
            INSERT INTO rulebook_rule (id, key, market, version, state, terms, title_zh, title_en, reason,
                                       notice_days, announced_at, effective_at, made_at)
            VALUES (%s, %s, %s, 1, 'in_force', %s, %s, %s, %s, 0, %s, %s, %s)
            ON CONFLICT (key, market, version) DO NOTHING
            """,
            [new_id(), key, market, _json(checked), title.zh, title.en, reason, now, FOUNDED, now],
        )
        [row] = fetch(
            "SELECT id FROM rulebook_rule WHERE key = %s AND market = %s AND version = 1", [key, market]
        )
    founded: UUID = row["id"]
    return founded


def found_rules(*, now: datetime) -> None:
    """The rulebook's own rule: how long ahead rules are announced."""
    title = Text(zh="规则公示期", en="Notice before a rule binds")
    found(NOTICE, {"days": NOTICE_DAYS}, title=title, now=now)


def draft(
    key: str,
    terms: Terms,
    *,
    title: Text,
    reason: str,
    by: UUID | None,
    now: datetime,
    market: str = EVERYWHERE,
) -> UUID:
    """A next version to discuss. *by* is an admin, or None for a command on the machine itself.

    Raises Forbidden, NotFound where no rule of that key was ever founded, Invalid ``rule.terms``.
    """
    _require_admin(by)
    checked = check_terms(terms, _schema(key))
    with transaction.atomic():
        _lock()
        known = fetch(
            "SELECT max(version) FILTER (WHERE market = %s) AS last, count(*) AS n FROM rulebook_rule WHERE key = %s",
            [market, key],
        )[0]
        if not known["n"]:
            raise no_rule()
        id, number = new_id(), (known["last"] or 0) + 1
        execute(
            """
            INSERT INTO rulebook_rule (id, key, market, version, state, terms, title_zh, title_en, reason, made_by_id,
                                       made_at)
            VALUES (%s, %s, %s, %s, 'draft', %s, %s, %s, %s, %s, %s)
            """,
            [id, key, market, number, _json(checked), title.zh, title.en, reason, by, now],
        )
        emit([RuleDrafted(id, key, market, number)], at=now)
    return id


def redraft(rule_id: UUID, terms: Terms, *, reason: str, by: UUID | None, now: datetime) -> None:
    """Rewrite a draft. Raises Refusal ``rule.moved_on`` once it is announced or withdrawn."""
    _require_admin(by)
    view = rule(rule_id)
    checked = check_terms(terms, _schema(view.key))
    with transaction.atomic():
        if not execute(
            "UPDATE rulebook_rule SET terms = %s, reason = %s WHERE id = %s AND state = 'draft'",
            [_json(checked), reason, rule_id],
        ):
            raise _moved_on()
        emit([RuleDrafted(view.id, view.key, view.market, view.version)], at=now)


def announce(rule_id: UUID, *, effective_at: datetime, by: UUID | None, now: datetime) -> None:
    """Announce a draft: from here on its terms never change, and from *effective_at* it binds.

    Raises Forbidden, NotFound, Invalid ``rule.notice`` (too soon), Refusal ``rule.order`` (a later version is
    announced already, or one binds from a later moment), Refusal ``rule.moved_on`` (not a draft any more).
    """
    _require_admin(by)
    with transaction.atomic():
        _lock()
        view = rule(rule_id)
        if view.state != "draft":
            raise _moved_on()
        days = notice_days(at=now)
        check_notice(effective_at, now=now, days=days)
        _check_order(view.key, view.market, view.version, effective_at)
        said = {"notice_days": days, "announced_at": now, "effective_at": effective_at}
        RULE_STATES.move_one(rule_id, "announced", at=now, by=by, also=said)
        emit([RuleAnnounced(view.id, view.key, view.market, view.version, effective_at)], at=now)


def withdraw(rule_id: UUID, *, by: UUID | None, now: datetime) -> None:
    """Take back a draft, or an announced version before its moment. What binds is replaced, never withdrawn."""
    _require_admin(by)
    with transaction.atomic():
        rows = fetch("SELECT effective_at FROM rulebook_rule WHERE id = %s FOR UPDATE", [rule_id])
        if not rows:
            raise no_rule()
        if rows[0]["effective_at"] is not None and rows[0]["effective_at"] <= now:
            raise _moved_on()
        RULE_STATES.move_one(rule_id, "withdrawn", at=now, by=by)
        view = rule(rule_id)
        emit([RuleWithdrawn(view.id, view.key, view.market, view.version)], at=now)


def bring_into_force(rows: Sequence[Row], now: datetime) -> None:
    """Move announced versions whose moment has come; their predecessors are superseded."""
    _lock()  # two keepers with two versions of one rule would otherwise not see each other's
    ids = RULE_STATES.move([row["id"] for row in rows], "in_force", at=now)
    superseded = fetch(
        """
        SELECT old.id FROM rulebook_rule old
        WHERE old.state = 'in_force' AND (old.key, old.market) IN (
            SELECT key, market FROM rulebook_rule WHERE id = ANY(%s)
        ) AND EXISTS (
            SELECT 1 FROM rulebook_rule next WHERE next.key = old.key AND next.market = old.market
              AND next.state = 'in_force' AND next.effective_at > old.effective_at)
        """,
        [ids],
    )
    if superseded:
        RULE_STATES.move([row["id"] for row in superseded], "superseded", at=now)
    moved = [row for row in rows if row["id"] in set(ids)]
    emit([RuleTookEffect(r["key"], r["market"], r["version"], r["id"]) for r in moved], at=now)


def keep_previews(rule_id: UUID, previews: Sequence[Preview]) -> None:
    """Store what replaying found for a version; what was there before goes. In the caller's transaction, if any."""
    with together():
        execute("DELETE FROM rulebook_preview WHERE rule_id = %s", [rule_id])
        copy_rows(
            "rulebook_preview",
            ("id", "rule_id", "shop_id", "currency", "since", "until", "promises", "cases", "buyers", "owed_minor",
             "cases_before", "buyers_before", "owed_before_minor"),
            [
                (id, rule_id, p.shop_id, p.would.owed.currency, p.since, p.until, p.promises, p.would.cases,
                 p.would.buyers, p.would.owed.minor, p.before.cases, p.before.buyers, p.before.owed.minor)
                for id, p in zip(new_ids(len(previews)), previews, strict=True)
            ],
        )  # fmt: skip


def notice_days(*, at: datetime) -> int:
    """Days a rule must be announced ahead, by the rulebook's own rule."""
    try:
        return int(in_force(NOTICE, at=at).terms["days"])
    except LookupError:
        return NOTICE_DAYS


def _check_order(key: str, market: str, version: int, effective_at: datetime) -> None:
    rows = fetch(
        """
        SELECT version FROM rulebook_rule
        WHERE key = %s AND market = %s AND state IN ('announced', 'in_force', 'superseded')
          AND (version > %s OR effective_at >= %s)
        """,
        [key, market, version, effective_at],
    )
    if rows:
        raise Refusal(
            "rule.order",
            zh="已有更新的版本公布；请在它之上另拟一稿，生效时间也须在它之后。",
            en="A newer version is announced already. Draft a new one on top of it, taking effect after it.",
        )


def _schema(key: str) -> Validate | None:
    """The schema of *key* itself, else that of its longest registered prefix."""
    prefixes = (name for name in _schemas if name.endswith(".") and key.startswith(name))
    return _schemas.get(key) or _schemas.get(max(prefixes, key=len, default=""))


def _json(terms: Terms) -> str:
    return msgspec.json.encode(terms).decode()


def _lock() -> None:
    execute("SELECT pg_advisory_xact_lock(hashtext('sanhao.rulebook'))")


def _require_admin(by: UUID | None) -> None:
    if by is not None:
        require_role(by, "admin")


def _moved_on() -> Refusal:
    return Refusal(
        "rule.moved_on", zh="这条规则已不在可改的状态。", en="This rule can no longer be changed this way."
    )
