"""The founding rules of promises, put into the rulebook of a new site: every kind with its default terms."""

from __future__ import annotations

from datetime import datetime

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.deadline import Deadline
from sanhao.service.promises.book import rule_key
from sanhao.service.promises.kinds import KINDS, late_delivery

FOUNDING: dict[str, msgspec.Struct] = {
    # A shop that handed over later than it promised to ship answers for a late arrival; else the carrier does.
    late_delivery.name: late_delivery.Terms(hand_over=Deadline(48)),
}


def found_rules(*, now: datetime) -> None:
    for name, kind in KINDS.items():
        rulebook.found(
            rule_key(name), msgspec.to_builtins(FOUNDING.get(name, kind.Terms())), title=kind.title, now=now
        )
