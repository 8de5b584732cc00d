"""The door of the shops."""

from sanhao.goods.shops.actions import (
    add_member,
    change_state,
    open_shop,
    pay_deposit,
    promise_hours,
    remove_member,
    set_standing,
    top_up,
)
from sanhao.goods.shops.core import Member, Membership, Role, ShopCard, ShopDraft, ShopMoney, Standing
from sanhao.goods.shops.queries import (
    all_open,
    all_shops,
    by_slug,
    members,
    money_of,
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
    "all_shops",
    "by_slug",
    "change_state",
    "members",
    "money_of",
    "open_shop",
    "pay_deposit",
    "promise_hours",
    "remove_member",
    "require_member",
    "set_standing",
    "shop",
    "shops",
    "shops_of",
    "standing_of",
    "top_up",
]
