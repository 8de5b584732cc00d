"""The door of settlement."""

from sanhao.books.settlement.actions.draw import cover, draw, lock
from sanhao.books.settlement.actions.hold import hold, lift, open, set_release
from sanhao.books.settlement.core import (
    COMMISSION,
    PAYOUT,
    RELEASE,
    SETTLEMENT_STATES,
    CommissionTerms,
    Cover,
    Draw,
    Drawn,
    Opening,
    PayoutTerms,
    ReleaseTerms,
    View,
)
from sanhao.books.settlement.queries import HoldView, holds, mismatches, release_dates, settlements
from sanhao.books.settlement.rules import found_rules

__all__ = [
    "COMMISSION",
    "PAYOUT",
    "RELEASE",
    "SETTLEMENT_STATES",
    "CommissionTerms",
    "Cover",
    "Draw",
    "Drawn",
    "HoldView",
    "Opening",
    "PayoutTerms",
    "ReleaseTerms",
    "View",
    "cover",
    "draw",
    "found_rules",
    "hold",
    "holds",
    "lift",
    "lock",
    "mismatches",
    "open",
    "release_dates",
    "set_release",
    "settlements",
]
