"""The wallet's founding rule, put into the rulebook of a new site."""

from __future__ import annotations

from datetime import datetime

from sanhao.books.wallet.core.coupons import COMPENSATION
from sanhao.fairness.rulebook.api import found
from sanhao.kit.text import Text


def found_rules(*, now: datetime) -> None:
    """The wallet's founding rule. Where it exists, nothing changes."""
    terms = {"valid_days": 30, "unused_returns_to": "payer"}
    found(COMPENSATION, terms, title=Text(zh="补偿券的有效期与归还", en="Compensation coupons"), now=now)
