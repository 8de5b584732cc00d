"""What this module listens to, and its keepers."""

from typing import Any

import msgspec

from sanhao.books.wallet import telling
from sanhao.books.wallet.actions.expire import expire
from sanhao.books.wallet.actions.grant import hand_over
from sanhao.books.wallet.actions.issues import end_due
from sanhao.books.wallet.core.coupons import COMPENSATION, CompensationTerms
from sanhao.books.wallet.events import CouponReturned
from sanhao.books.wallet.term_names import TERM_NAMES
from sanhao.fairness.rulebook.api import register_names, register_schema
from sanhao.kit.events import listen_later, listen_now
from sanhao.kit.keeper import Keeper, register
from sanhao.people.events import GuestsClaimed

EXPIRY = Keeper(
    name="wallet.expiry",
    query="SELECT t.id, t.person_id, t.shop_id, t.amount_minor, t.currency, t.funded_deposit, t.funded_platform, "
    "t.returns_to, t.decision_id, t.issue_id FROM wallet_coupon t WHERE t.state = 'active' AND t.expires_at <= %(now)s",
    settle=expire,
    order="t.expires_at",
    idle_seconds=5.0,
)
ISSUES_END = Keeper(
    name="wallet.issues_end",
    query="SELECT t.id FROM wallet_issue t WHERE t.state = 'running' AND t.claims_until <= %(now)s",
    settle=end_due,
    order="t.claims_until",
    idle_seconds=5.0,
)


def wire() -> None:
    register_names(TERM_NAMES)
    register_schema(COMPENSATION, _complete)
    listen_now(GuestsClaimed, hand_over)
    listen_later(CouponReturned, telling.returned)
    register(EXPIRY)
    register(ISSUES_END)


def _complete(terms: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = msgspec.to_builtins(CompensationTerms.read(terms))
    return read
