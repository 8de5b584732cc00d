"""The kinds of decisions: what people call each, and the pure function that made it and judges it again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.decisions.core import DecisionView, Judge, Mismatch, Rejudged, difference
from sanhao.fairness.decisions.queries import decision, in_order_of_id
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Text


class Kind(msgspec.Struct, frozen=True):
    """*judge* is None where a person decides."""

    title: Text
    judge: Judge | None = None


_NOBODYS = Kind(Text(zh="一个决定", en="A decision"))
_kinds: dict[str, Kind] = {}


def register_kind(kind: str, title: Text, judge: Judge | None = None) -> None:
    """From a module's `wiring.py`. Raises ValueError if *kind* stands for something else already."""
    if _kinds.setdefault(kind, wanted := Kind(title, judge)) != wanted:
        raise ValueError(f"two kinds of decisions are called {kind}")


def known() -> Collection[str]:
    """Every kind there is."""
    return _kinds.keys()


def title_of(kind: str) -> Text:
    """What people call decisions of this kind; of one that nobody registers any more only that it was one."""
    return _kinds.get(kind, _NOBODYS).title


def rejudge(decision_id: UUID, *, terms: dict[str, Any] | None = None) -> Rejudged:
    """What the judge says of the stored facts, under the stored rule version or under other *terms*.

    Raises NotFound, and Refusal ``decision.no_judge`` for a kind decided by hand only.
    """
    stored = decision(decision_id)
    judge = _kinds.get(stored.kind, _NOBODYS).judge
    if judge is None:
        raise Refusal(
            "decision.no_judge",
            zh="这类决定由人作出，不能重新计算。",
            en="Decisions of this kind are made by a person and cannot be computed again.",
        )
    return judge(_facts(stored), _terms(stored) if terms is None else terms)


def rejudge_all(*, batch: int = 1_000) -> Iterator[Mismatch]:
    """Judge every automatic decision again; yields those whose verdict, cent or sentence comes out differently."""
    for views in in_order_of_id(batch=batch):
        for stored in views:
            if stored.automatic and (mismatch := _check(stored)):
                yield mismatch


def _check(stored: DecisionView) -> Mismatch | None:
    judge = _kinds.get(stored.kind, _NOBODYS).judge
    if judge is None:
        return Mismatch(stored.id, stored.key, stored.kind, "no judge", "", "")
    try:
        return difference(stored, judge(_facts(stored), _terms(stored)))
    except Exception as error:  # noqa: BLE001 - a judge that breaks on stored facts is itself the finding
        return Mismatch(stored.id, stored.key, stored.kind, "judge failed", "", repr(error))


def _facts(stored: DecisionView) -> str:
    return msgspec.json.encode(stored.facts).decode()


def _terms(stored: DecisionView) -> dict[str, Any]:
    return rulebook.version(stored.rule_id).terms if stored.rule_id else {}
