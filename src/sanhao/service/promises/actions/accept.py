"""A shop takes on a guarantee that is optional in a category, or gives it up again. New orders only, either way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.promises.book import coverage_of, own_choices, rule_key
from sanhao.service.promises.coverage import EVERYWHERE, RULE, state_of
from sanhao.service.promises.kinds import CLAIMS


def accept(
    shop_id: UUID,
    kind: str,
    category: str = EVERYWHERE,
    *,
    own: Mapping[str, int] = {},
    by: UUID,
    now: datetime,
) -> UUID:
    """From *now* on orders of this shop in *category* come with *kind*, by the terms in force, and by its *own* where it
    promises more. Accepting again replaces what was accepted before (and takes on the newest terms).

    Raises Forbidden for who is no owner or manager, NotFound for what is no guarantee to choose, Refusal
    ``guarantee.off`` where the category has none, Invalid ``guarantee.own``.
    """
    shops.require_member(shop_id, by, roles=("owner", "manager"))
    _require_kind(kind)
    rules = rulebook.in_force_many([rule_key(kind), RULE], at=now)
    if rule_key(kind) not in rules:
        raise _unknown()
    if state_of(coverage_of(rules.get(RULE)), kind, category) == "off":
        raise Refusal(
            "guarantee.off",
            zh="这个类目没有这项保障。",
            en="This category does not come with this guarantee.",
        )
    choices = own_choices(kind)
    if any(value not in choices.get(name, ()) for name, value in own.items()):
        raise Invalid("guarantee.own", zh="请从给出的选项里选。", en="Choose one of those offered.")
    acceptance_id = new_id()
    with transaction.atomic():
        _end(shop_id, kind, category, by, now)
        execute(
            """
            INSERT INTO promises_acceptance (id, shop_id, kind, category, rule_id, own, accepted_at, accepted_by_id)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                acceptance_id, shop_id, kind, category, rules[rule_key(kind)].id,
                msgspec.json.encode(dict(own)).decode(), now, by,
            ],
        )  # fmt: skip
    return acceptance_id


def give_up(shop_id: UUID, kind: str, category: str = EVERYWHERE, *, by: UUID, now: datetime) -> None:
    """Orders paid from *now* on come without it, where it is optional; those paid before keep it.

    Raises Forbidden, NotFound where it was not accepted.
    """
    shops.require_member(shop_id, by, roles=("owner", "manager"))
    with transaction.atomic():
        if not _end(shop_id, kind, category, by, now):
            raise _unknown()


def _end(shop_id: UUID, kind: str, category: str, by: UUID, now: datetime) -> int:
    fetch("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"accept:{shop_id}:{kind}"])
    return execute(
        "UPDATE promises_acceptance SET withdrawn_at = greatest(accepted_at, %s), withdrawn_by_id = %s "
        "WHERE shop_id = %s AND kind = %s AND category = %s AND withdrawn_at IS NULL",
        [now, by, shop_id, kind, category],
    )


def _require_kind(kind: str) -> None:
    if kind not in CLAIMS:
        raise _unknown()


def _unknown() -> NotFound:
    return NotFound("guarantee.unknown", zh="没有这项保障。", en="There is no such guarantee.")
