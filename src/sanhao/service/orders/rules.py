"""The founding rule of orders, put into the rulebook of a new site."""

from __future__ import annotations

from datetime import datetime

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.text import Text
from sanhao.service.orders.core import OrderTerms


def found_rules(*, now: datetime) -> None:
    rulebook.found(
        "orders.terms",
        msgspec.to_builtins(OrderTerms()),
        title=Text(zh="下单与支付", en="Ordering and paying"),
        now=now,
    )
