"""Props for remote areas: a hub in Xi'an, second legs by hand, what is left of a day."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.remote import api as remote
from sanhao.service.remote.core import Goods, Terms, second_leg
from tests.conftest import T0
from tests.goods import world

XIAN = remote.HubAddress("三好西安集运仓", "029-88880000", "CN", "陕西", "西安市", "未央区集运路1号")
XINJIANG = "新疆"


def yuan(minor: int) -> Money:
    return Money(minor, "CNY")


def hub_draft(
    *serves: str, carrier: str = "sandbox", first: int = 600, extra: int = 200, **more: object
) -> remote.HubDraft:
    return remote.HubDraft(
        Text(zh=f"西安集运仓{len(serves)}", en="Xi'an hub"),
        XIAN,
        serves or ("xinjiang", "tibet"),
        carrier,
        remote.Tariff(1000, yuan(first), 1000, yuan(extra)),
        **more,
    )


def an_admin() -> UUID:
    admin = world.person()
    people.grant_role(admin, "admin", by=None, now=T0)
    return admin


def a_hub(*serves: str, **more: object) -> remote.Hub:
    """A hub that the platform keeps; the sandbox courier takes parcels on from it."""
    kit_time.found_world(is_demo=True)
    return remote.hub(remote.save_hub(hub_draft(*serves, **more), by=an_admin()))


def a_draft(
    hub: remote.Hub, terms: Terms, *goods: Goods, shop_id: UUID | None = None, region: str = XINJIANG
) -> remote.Draft:
    """An order for Xinjiang, one kilo of fruit where nothing else is said."""
    leg = second_leg(terms, [hub], "CN", region, goods or (Goods("food/fruit", 1000),), "CNY")
    assert leg is not None
    shop = shop_id or (shops.by_slug("qingcao") if shops.all_open() else None)
    known = shop if isinstance(shop, UUID) else shop.id if shop else world.stall("qingcao").shop_id
    return remote.Draft(new_id(), known, leg)


def left(scope: str = "") -> int:
    """What today's budget still holds."""
    [row] = fetch(
        "SELECT coalesce(sum(s.left_minor), 0)::int AS minor FROM remote_budget b "
        "JOIN remote_shard s ON s.budget_id = b.id WHERE b.scope = %s",
        [scope],
    )
    return int(row["minor"])


def state(order_id: UUID) -> str:
    return remote.consolidated([order_id])[order_id].state


def reserve(draft: remote.Draft, terms: Terms, *, now: datetime = T0) -> None:
    with transaction.atomic():
        remote.reserve([draft], terms, now=now)


def reserve_for(
    order_id: UUID, shop_id: UUID, hub: remote.Hub, *, terms: Terms | None = None, now: datetime = T0
) -> None:
    """An order that was placed in some other way goes by *hub*."""
    rule = terms or Terms()
    drafted = a_draft(hub, rule, shop_id=shop_id)
    reserve(remote.Draft(order_id, shop_id, drafted.leg), rule, now=now)
