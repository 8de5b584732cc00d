"""The founding rule of remote areas, put into the rulebook of a new site, and what it says at a moment."""

from __future__ import annotations

from datetime import datetime

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.text import Text
from sanhao.service.remote.core import RULE, Terms


def found_rules(terms: Terms | None = None, *, now: datetime) -> None:
    rulebook.found(
        RULE,
        msgspec.to_builtins(terms or Terms()),
        title=Text(zh="偏远地区包邮", en="Free shipping to remote areas"),
        now=now,
    )


def terms_at(at: datetime) -> Terms:
    return msgspec.convert(rulebook.in_force(RULE, at=at).terms, Terms)
