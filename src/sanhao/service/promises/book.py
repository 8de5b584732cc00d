"""Kinds and the terms they were promised under, decoded once per process: a rule's version never changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.service.promises.core import Accepted, AnyKind, Due
from sanhao.service.promises.coverage import FOUNDING, ByCategory, State
from sanhao.service.promises.kinds import KINDS

THE_END = datetime(9999, 1, 1, tzinfo=UTC)
"""A verdict once reached never changes with time, so a stored decision is judged again from the end of it."""


def rule_key(kind_name: str) -> str:
    return f"promise.{kind_name}"


@lru_cache(maxsize=4096)
def terms_of(rule_id: UUID, kind_name: str) -> Any:
    """The frozen terms of a promise made under *rule_id*."""
    return terms_from(KINDS[kind_name], rulebook.version(rule_id).terms)


def terms_from(kind: AnyKind, terms: dict[str, Any]) -> Any:
    """Typed terms. Raises msgspec.ValidationError where they are not this kind's."""
    return msgspec.convert(terms, kind.Terms)


@lru_cache(maxsize=64)
def _decoder(kind_name: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(KINDS[kind_name].Facts)


def facts_from(kind_name: str, stored: str | bytes) -> Any:
    return _decoder(kind_name).decode(stored)


def encode(value: Any) -> str:
    """A struct as the JSON text that is stored."""
    return _encode(value).decode()


_encode = msgspec.json.Encoder().encode


def own_choices(kind_name: str) -> Mapping[str, tuple[int, ...]]:
    """What a shop may promise of itself beyond the rule: a term and its choices."""
    return getattr(KINDS[kind_name], "OWN", {})


def coverage_of(rule: rulebook.RuleVersion | None) -> ByCategory:
    """Which guarantees come with which goods; where a site has no such rule, all of them with none of the choosable."""
    return _coverage(rule.id) if rule is not None else {name: {} for name in FOUNDING}


@lru_cache(maxsize=256)
def _coverage(rule_id: UUID) -> ByCategory:
    return msgspec.convert(rulebook.version(rule_id).terms, dict[str, dict[str, State]])


def accepted_under(accepted_rule: UUID, rule: rulebook.RuleVersion, own: dict[str, int]) -> Accepted:
    """What a shop accepted, beside the version in force: its terms are kept only where they are others."""
    terms = None if accepted_rule == rule.id else rulebook.version(accepted_rule).terms
    return Accepted(terms=terms if terms != rule.terms else None, own=own)


def timely(due: Due) -> datetime | None:
    """When a promise settles by time alone; None where only news can end it (a kind says so with the year 9999)."""
    return due.settle_at if due.settle_at.year < 9999 else None
