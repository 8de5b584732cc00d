"""What this module listens to, and its keepers."""

from __future__ import annotations

from collections.abc import Sequence

from sanhao.goods.catalog.actions.listings import follow_shop
from sanhao.goods.catalog.actions.reserve import count_sold
from sanhao.goods.shops.events import ShopStateChanged
from sanhao.kit.events import News, listen_now
from sanhao.kit.keeper import Keeper, register

SOLD = Keeper(
    name="catalog.sold",
    query="SELECT t.id FROM catalog_reservation t "
    "WHERE t.state = 'consumed' AND NOT t.counted AND t.changed_at <= %(now)s",
    settle=count_sold,
    batch=1000,
)


def wire() -> None:
    register(SOLD)
    listen_now(ShopStateChanged, _follow_shops)


def _follow_shops(batch: Sequence[News[ShopStateChanged]]) -> None:
    for news in batch:
        follow_shop(news.fact.shop_id, news.fact.state == "open")
