"""Rules and rows of cases, decoded: terms by the version that was in force when a case was opened."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.refusals import NotFound
from sanhao.service.aftersales.case import Facts, Terms

RULE = "aftersales.terms"
WITHDRAWAL = "aftersales.withdrawal"
"""The same terms for who withdraws by right, and needs nobody's yes: the law's days to send it back."""
COLUMNS = (
    "id, order_id, shop_id, person_id, rule_id, kind, reason, guarantee, promise_id, words, state, due_at, opened_at, "
    "moved_at, phase, packed, answer_hours, by_hand, currency, back_minor, refunded_minor, bearer, ships_first, at_shop, "
    "address::text AS address, parcel_id, uploaded_at, collected_at, signed_at, replacement_id, answer, offer_minor, "
    "round, spoke, decision_id, claimed_by_id, claimed_at, ahead_minor, ahead_until, stop, stop_until, "
    "stop_rule_id, pickup, pickup_until, pickup_rule_id, pickup_sizes::text AS pickup_sizes, pickup_minor, "
    "label, label_rule_id, label_minor"
)


@lru_cache(maxsize=1024)
def terms_of(rule_id: UUID) -> Terms:
    return terms_from(rulebook.version(rule_id).terms)


def terms_from(terms: Mapping[str, Any]) -> Terms:
    """Typed terms. Raises msgspec.ValidationError where they are not these."""
    return msgspec.convert(terms, Terms)


def facts_of(row: Mapping[str, Any]) -> Facts:
    """A case's row as time sees it."""
    return Facts(
        state=row["state"],
        kind=row["kind"],
        shipped=row["phase"] != "unshipped",
        delivered=row["phase"] == "delivered",
        guarantee=row["guarantee"],
        answer_hours=row["answer_hours"],
        by_hand=row["by_hand"],
        ships_first=row["ships_first"],
        at_shop=row["at_shop"],
        uploaded_at=row["uploaded_at"],
        signed_at=row["signed_at"],
        round=row["round"],
        spoke=tuple(row["spoke"]),
        ahead_until=row["ahead_until"] if row["ahead_minor"] else None,
        stop=row["stop"],
        stop_until=row["stop_until"],
        pickup=row["pickup"],
        pickup_until=row["pickup_until"],
        label=row["label"],
    )


def no_case() -> NotFound:
    return NotFound("case.unknown", zh="没有找到这个售后单。", en="There is no such case.")


def encode(value: Any) -> str:
    """A struct as the JSON text that is stored."""
    return _encode(value).decode()


_encode = msgspec.json.Encoder().encode
