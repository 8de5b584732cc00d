"""The founding rules of promises, put into the rulebook of a new site: every kind with its default terms."""

from __future__ import annotations

from datetime import datetime

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.deadline import Deadline
from sanhao.kit.text import Text
from sanhao.service.promises import coverage, raises
from sanhao.service.promises.book import rule_key
from sanhao.service.promises.kinds import KINDS, late_delivery, late_shipment, out_of_stock

FOUNDING: dict[str, msgspec.Struct] = {
    # A shop that handed over later than it promised to ship answers for a late arrival; else the carrier does.
    late_delivery.name: late_delivery.Terms(hand_over=Deadline(48)),
    # A shop that gives an order up pays by `out_of_stock`, at once: not by lateness as well.
    late_shipment.name: late_shipment.Terms(shop_cancel_pays=False),
}


def found_rules(*, now: datetime) -> None:
    for name, kind in KINDS.items():
        terms = FOUNDING.get(name, kind.Terms())
        if name == out_of_stock.name and _lateness_pays(now):
            terms = out_of_stock.Terms(pays_for=())
        rulebook.found(rule_key(name), msgspec.to_builtins(terms), title=kind.title, now=now)
    rulebook.found(
        raises.RULE,
        msgspec.to_builtins(raises.FOUNDING),
        title=Text(zh="买家对赔付的申诉", en="Buyers' appeals against what was given"),
        now=now,
    )
    title = Text(zh="各类目的保障", en="Guarantees by category")
    rulebook.found(coverage.RULE, dict(coverage.FOUNDING), title=title, now=now)


def _lateness_pays(now: datetime) -> bool:
    """Whether a site that is older than `out_of_stock` lets a cancelling shop pay for lateness: once is enough, until it
    announces otherwise."""
    rule = rulebook.in_force(rule_key(late_shipment.name), at=now)
    return bool(msgspec.convert(rule.terms, late_shipment.Terms).shop_cancel_pays)
