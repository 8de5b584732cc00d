"""The door of the shops."""

from sanhao.goods.shops.actions import (
    add_member,
    change_state,
    open_shop,
    promise_hours,
    remove_member,
    set_standing,
)
from sanhao.goods.shops.core import Member, Membership, Role, ShopCard, ShopDraft, ShopMoney, Standing
from sanhao.goods.shops.queries import (
    all_open,
    by_slug,
    members,
    require_member,
    shop,
    shops,
    shops_of,
    standing_of,
)

__all__ = [
    "Member",
    "Membership",
    "Role",
    "ShopCard",
    "ShopDraft",
    "ShopMoney",
    "Standing",
    "add_member",
    "all_open",
    "by_slug",
    "change_state",
    "members",
    "open_shop",
    "promise_hours",
    "remove_member",
    "require_member",
    "set_standing",
    "shop",
    "shops",
    "shops_of",
    "standing_of",
]
