"""The founding rule of links, put into the rulebook of a new site."""

from __future__ import annotations

from datetime import datetime

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.text import Text
from sanhao.service.guests.core import Terms

RULE = "guests.terms"


def found_rules(*, now: datetime) -> None:
    rulebook.found(
        RULE,
        msgspec.to_builtins(Terms()),
        title=Text(zh="免登录查看订单", en="Orders without sign-in"),
        now=now,
    )
