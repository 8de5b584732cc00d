"""Which guarantees come with which goods: by category each is off, optional for the shop, or mandatory. Pure.

A category that is not named goes by the one it stands under, and then by ``*``. A guarantee that the rule does not name
comes with everything. What a shop accepted of the optional ones holds for orders paid from then on.

Source: Pinduoduo's category rules (``bad_claim_rule``, ``folt_rule``, ``lack_of_weight_claim_rule``, ``refundable_rule``:
0 cannot be chosen, 1 may be, 2 must be).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec
from msgspec.structs import replace

from sanhao.service.promises.core import Accepted, AnyKind, Line, PaidOrder

State = Literal["off", "optional", "mandatory"]
STATES: tuple[State, ...] = get_args(State)
EVERYWHERE = "*"
RULE = "guarantees.by_category"

ByCategory = Mapping[str, Mapping[str, State]]
"""Kind to category to state."""

Acceptances = Mapping[tuple[str, str], Accepted]
"""What one shop accepted, by kind and category (``*``: in all of them)."""

_FRESH = ("fruit", "vegetables", "seafood", "meat", "eggs", "dairy", "fresh")
_STAPLES = ("pantry", "grain", "oil", "rice", "flour")
_SKIN = ("skincare", "make-up", "perfume", "personal-care", "nappies")
_BY_WEIGHT = (*_FRESH, *_STAPLES, "snacks", "tea")

FOUNDING: dict[str, dict[str, State]] = {
    "spoiled_goods": {
        EVERYWHERE: "optional",
        **dict.fromkeys(_FRESH, "mandatory"),
        **dict.fromkeys(_STAPLES, "optional"),
    },
    "allergy": {EVERYWHERE: "off", **dict.fromkeys(_SKIN, "optional")},
    "no_reason_return": {EVERYWHERE: "mandatory"},
    "authentic": {EVERYWHERE: "optional"},
    "price_protection": {EVERYWHERE: "optional"},
    "short_weight": {EVERYWHERE: "off", **dict.fromkeys(_BY_WEIGHT, "optional")},
}
"""Statutory exclusions of the return without a reason are that guarantee's own terms."""


def checked(terms: dict[str, Any], kinds: Mapping[str, AnyKind]) -> dict[str, Any]:
    """The rule as it is stored. Raises ValueError for an unknown guarantee or state, or an empty category."""
    states = msgspec.convert(terms, dict[str, dict[str, State]])
    for kind, by_category in states.items():
        if kind not in kinds:
            raise ValueError(f"there is no guarantee {kind!r}")
        if not all(by_category):
            raise ValueError("a category has a name; * stands for all others")
    return {kind: dict(by_category) for kind, by_category in states.items()}


def state_of(rule: ByCategory, kind: str, category: str) -> State:
    """*category* is a path, the wider first."""
    by_category = rule.get(kind)
    if by_category is None:
        return "mandatory"
    for part in reversed(category.split("/")):
        if part in by_category:
            return by_category[part]
    return by_category.get(EVERYWHERE, "off")


def could_come_with(kind: str, category: str) -> bool:
    """Whether the founding rule lets *kind* come with goods of *category* at all."""
    return state_of(FOUNDING, kind, category) != "off"


def accepted_of(accepted: Acceptances, kind: str, category: str) -> Accepted | None:
    """What the shop accepted for goods of this category, the narrowest first."""
    for part in (*reversed(category.split("/")), EVERYWHERE):
        if (kind, part) in accepted:
            return accepted[kind, part]
    return None


def covered(
    rule: ByCategory, kind: str, order: PaidOrder, shops: Mapping[str, Acceptances]
) -> PaidOrder | None:
    """*order* with the lines that *kind* comes with, and what their shops accepted; None if it comes with none."""
    if kind not in rule:
        return order
    lines: list[Line] = []
    for line in order.lines:
        state = state_of(rule, kind, line.category)
        if state == "off":
            continue
        accepted = accepted_of(shops.get(line.shop, {}), kind, line.category)
        if accepted is not None:
            own = (
                accepted if state == "optional" else Accepted(own=accepted.own)
            )  # what is mandatory binds as it is
            lines.append(replace(line, accepted={kind: own}))
        elif state == "mandatory":
            lines.append(line)
    return replace(order, lines=tuple(lines)) if lines else None


def asks(rule: ByCategory, lines: Sequence[tuple[str, str]]) -> list[str]:
    """The shops, of (shop, category) pairs, that may have accepted something for these goods."""
    return list(
        dict.fromkeys(
            shop for shop, category in lines if any(_choosable(rule, kind, category) for kind in rule)
        )
    )


def _choosable(rule: ByCategory, kind: str, category: str) -> bool:
    """Optional ones are accepted; of mandatory ones a shop may promise more of itself."""
    return state_of(rule, kind, category) != "off"
