"""What this module listens to, and its keepers."""

from uuid import UUID

from sanhao.books.settlement.events import InvoiceAsked, PayeeChanged, PayoutFailed, PayoutPaid
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook.events import RuleAnnounced
from sanhao.goods.shops import rules_told, telling
from sanhao.goods.shops.queries import members
from sanhao.kit.events import listen_later


def wire() -> None:
    # Fairness knows no shops: it asks here who may appeal for one, and who must not judge its appeals.
    decisions.register_membership(is_member)
    listen_later(PayoutPaid, telling.payout_paid)
    listen_later(PayoutFailed, telling.payout_failed)
    listen_later(InvoiceAsked, telling.invoice_asked)
    listen_later(PayeeChanged, telling.payee_changed)
    listen_later(RuleAnnounced, rules_told.rule_announced)


def is_member(shop_id: UUID, person_id: UUID) -> bool:
    return any(member.person_id == person_id for member in members(shop_id))
