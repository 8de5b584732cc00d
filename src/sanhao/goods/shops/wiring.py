"""What this module listens to, and its keepers."""

from uuid import UUID

from sanhao.fairness.decisions import api as decisions
from sanhao.goods.shops.queries import members


def wire() -> None:
    # Fairness knows no shops: it asks here who may appeal for one, and who must not judge its appeals.
    decisions.register_membership(is_member)


def is_member(shop_id: UUID, person_id: UUID) -> bool:
    return any(member.person_id == person_id for member in members(shop_id))
