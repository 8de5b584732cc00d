"""The founding rule of orders, put into the rulebook of a new site."""

from __future__ import annotations

from datetime import datetime

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery
from sanhao.service.orders.core import OrderTerms


def found_rules(*, now: datetime) -> None:
    rulebook.found(
        "orders.terms",
        msgspec.to_builtins(OrderTerms()),
        title=Text(zh="下单与支付", en="Ordering and paying"),
        now=now,
    )
    rulebook.found(
        delivery.LABEL_RULE,
        msgspec.to_builtins(delivery.LabelTerms()),
        title=Text(zh="谁付发货面单", en="Who pays for the labels of orders"),
        now=now,
    )
