"""The door of settlement."""

from sanhao.books.settlement.actions.draw import cover, draw, lock
from sanhao.books.settlement.actions.hold import hold, lift, open, set_release
from sanhao.books.settlement.actions.payee import ShopStanding, enter_payee, pause_payouts, set_standing
from sanhao.books.settlement.banks.sandbox.world import sandbox_bank
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
    Payee,
    PayoutTerms,
    ReleaseTerms,
    View,
)
from sanhao.books.settlement.queries import (
    HoldView,
    PayeeView,
    PayoutView,
    all_payouts,
    holds,
    mismatches,
    payees,
    payouts,
    release_dates,
    settlements,
)
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
    "Payee",
    "PayeeView",
    "PayoutTerms",
    "PayoutView",
    "ReleaseTerms",
    "ShopStanding",
    "View",
    "all_payouts",
    "cover",
    "draw",
    "enter_payee",
    "found_rules",
    "hold",
    "holds",
    "lift",
    "lock",
    "mismatches",
    "open",
    "pause_payouts",
    "payees",
    "payouts",
    "release_dates",
    "sandbox_bank",
    "set_release",
    "set_standing",
    "settlements",
]
