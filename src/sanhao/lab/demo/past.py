"""What has happened in the demo world before anybody opens it: three weeks of orders, lived through the doors.

Everything is done by the verbs that people use, at its own moment, and after each moment the keepers come to rest there: what
follows (a coupon for a late parcel, a refund after a silence) follows by itself, as in life.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sanhao.kit import keeper
from sanhao.kit.text import Text
from sanhao.lab.demo.verbs import Step, World
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders

LIVED = timedelta(days=21)
"""How far back the past goes: the founding rules are in force since then."""


def live(ids: Mapping[str, UUID], *, now: datetime, told: Callable[[], None]) -> None:
    """Live the three weeks before *now*. Once: a world in which anything was ever bought is left alone."""
    if any(orders.orders_of(id, limit=1) for id in ids.values()):
        return
    told()
    for since, steps in groupby(sorted(_script(World(ids, now)), key=_since), key=_since):
        at = now + since
        for _, do in steps:
            do(at)
        keeper.drain(now=at)
    keeper.drain(now=now)


def _since(step: tuple[timedelta, Step]) -> timedelta:
    """From now back to it: the longest ago comes first."""
    return -step[0]


def _script(w: World) -> Sequence[tuple[timedelta, Step]]:
    """How long ago, and what. The latest parcel still has a day, the first waits for nobody any more."""
    return [
        # Lemons that came in time.
        (_ago(12, 3), w.buy("lemons", "xiaoman", "yimu", "anyue-lemons")),
        (_ago(11, 20), w.ship("lemons")),
        (_ago(11, 16), w.scan("lemons", "picked_up", "资阳")),
        (_ago(11, 2), w.scan("lemons", "in_transit", "武汉")),
        (_ago(10, 4), w.scan("lemons", "out_for_delivery", "上海")),
        (_ago(10, 1), w.scan("lemons", "delivered", "上海")),
        # A hat that was collected too late: the coupon came by itself.
        (_ago(9, 5), w.buy("hat", "leo", "qingcao", "lamb-hat")),
        (_ago(6, 20), w.ship("hat")),
        (_ago(6, 12), w.scan("hat", "picked_up", "呼和浩特")),
        (_ago(6, 1), w.scan("hat", "in_transit", "张家口")),
        (_ago(4, 20), w.scan("hat", "delivered", "北京")),
        # Express was chosen: from the orchard it came so, from the wool mill it did not, and the freight came back.
        (_ago(8, 3), w.buy("kiwis", "leo", "yimu", "red-heart-kiwis", courier="sandbox_express")),
        (_ago(7, 22), w.ship("kiwis", "sandbox_express")),
        (_ago(7, 19), w.scan("kiwis", "picked_up", "资阳")),
        (_ago(7, 4), w.scan("kiwis", "out_for_delivery", "北京")),
        (_ago(7, 1), w.scan("kiwis", "delivered", "北京")),
        (_ago(7, 5), w.buy("stockings", "xiaoman", "qingcao", "stove-socks", courier="sandbox_express")),
        (_ago(6, 22), w.ship("stockings")),
        (_ago(6, 14), w.scan("stockings", "picked_up", "呼和浩特")),
        (_ago(6, 2), w.scan("stockings", "in_transit", "张家口")),
        (_ago(5, 12), w.scan("stockings", "in_transit", "济南")),
        (_ago(4, 22), w.scan("stockings", "out_for_delivery", "上海")),
        (_ago(4, 14), w.scan("stockings", "delivered", "上海")),
        # Rice of which a bag was missing; the shop says no, and both have spoken twice.
        (_ago(9, 1), w.buy("rice", "aygul", "guoba", "polder-new-rice", 2)),
        (_ago(8, 20), w.ship("rice")),
        (_ago(8, 16), w.scan("rice", "picked_up", "芜湖")),
        (_ago(8, 1), w.scan("rice", "in_transit", "西安")),
        (_ago(6, 8), w.scan("rice", "in_transit", "哈密")),
        (_ago(4, 6), w.scan("rice", "delivered", "乌鲁木齐")),
        (_ago(3, 20), w.ask("rice", "missing", "两袋里只到了一袋，箱子没破。", "refund")),
        (_ago(3, 2), w.reject("rice", "出库时称过，两袋都在里面。")),
        (_ago(2, 4), w.escalate("rice", "我拍了开箱，只有一袋，运单上的重量也只有一袋。")),
        (_ago(1, 8), w.speak("rice", "shop", "仓库的秤记的是两袋的重量，请看运单。")),
        (_ago(0, 23), w.speak("rice", "buyer", "运单是 5.2 公斤，一袋就是 5 公斤。")),
        (_ago(0, 18), w.speak("rice", "shop", "那是首重，第二袋另算。我们去问驿站。")),
        # Lemons to Ürümqi, free of the second leg: to the hub, and on from there.
        (_ago(11, 6), w.buy("far", "aygul", "yimu", "anyue-lemons")),
        (_ago(10, 22), w.ship("far")),
        (_ago(10, 18), w.scan("far", "picked_up", "眉山")),
        (_ago(10, 3), w.scan("far", "in_transit", "成都")),
        (_ago(9, 3), w.scan("far", "delivered", "西安市")),
        (_ago(8, 18), w.onward("far")),
        (_ago(7, 6), w.scan("far", "in_transit", "哈密")),
        (_ago(5, 10), w.scan("far", "delivered", "乌鲁木齐市")),
        # Kiwis that the hub has sent on already, and mandarins that it signed for a moment ago.
        (_ago(7, 2), w.buy("onward", "aygul", "yimu", "red-heart-kiwis")),
        (_ago(6, 20), w.ship("onward")),
        (_ago(6, 16), w.scan("onward", "picked_up", "眉山")),
        (_ago(6, 2), w.scan("onward", "in_transit", "成都")),
        (_ago(5, 8), w.scan("onward", "delivered", "西安市")),
        (_ago(4, 20), w.onward("onward")),
        (_ago(3, 12), w.scan("onward", "in_transit", "兰州")),
        (_ago(1, 6), w.scan("onward", "in_transit", "哈密")),
        (_ago(3, 20), w.buy("at_hub", "aygul", "yimu", "ugly-mandarins")),
        (_ago(3, 4), w.ship("at_hub")),
        (_ago(2, 23), w.scan("at_hub", "picked_up", "资阳")),
        (_ago(2, 8), w.scan("at_hub", "in_transit", "成都")),
        (_ago(0, 1), w.scan("at_hub", "delivered", "西安市")),
        # A pillow that does not suit: the shop has not answered yet.
        (_ago(6, 2), w.buy("pillow", "xiaoman", "peanest", "buckwheat-pillow")),
        (_ago(5, 22), w.ship("pillow")),
        (_ago(5, 18), w.scan("pillow", "picked_up", "南通")),
        (_ago(5, 4), w.scan("pillow", "in_transit", "苏州")),
        (_ago(4, 3), w.scan("pillow", "delivered", "上海")),
        (_ago(0, 20), w.ask("pillow", "no_reason", "比想的高，睡不惯。", "return")),
        # A sofa that does not go through the door: a courier came for it, and the money with them.
        (_ago(4, 22), w.buy("sofa", "xiaoman", "peanest", "beer-sofa")),
        (_ago(4, 17), w.ship("sofa")),
        (_ago(4, 13), w.scan("sofa", "picked_up", "南通")),
        (_ago(4, 2), w.scan("sofa", "in_transit", "苏州")),
        (_ago(3, 8), w.scan("sofa", "delivered", "上海")),
        (_ago(2, 22), w.ask("sofa", "no_reason", "门比沙发窄两厘米，进不了客厅。", "return")),
        (_ago(2, 18), w.approve("sofa")),
        (_ago(2, 15), w.collect("sofa", aftersales.Sizes(18_500, 950, 800, 780, floors=3), 1)),
        # Another that somebody comes for tomorrow.
        (_ago(4, 19), w.buy("couch", "leo", "peanest", "beer-sofa")),
        (_ago(4, 15), w.ship("couch")),
        (_ago(4, 11), w.scan("couch", "picked_up", "南通")),
        (_ago(3, 14), w.scan("couch", "in_transit", "济南")),
        (_ago(2, 5), w.scan("couch", "delivered", "北京")),
        (_ago(1, 19), w.ask("couch", "no_reason", "Lovely, but the cat has claimed it.", "return")),
        (_ago(1, 3), w.approve("couch")),
        (_ago(0, 5), w.collect("couch", aftersales.Sizes(18_500), 4)),
        # Socks whose way back nobody heard of any more: the money had been paid ahead, was owed, and is paid back.
        (_ago(20, 12), w.buy("lost", "leo", "qingcao", "stove-socks")),
        (_ago(20, 6), w.ship("lost")),
        (_ago(20, 2), w.scan("lost", "picked_up", "呼和浩特")),
        (_ago(19, 10), w.scan("lost", "in_transit", "张家口")),
        (_ago(18, 14), w.scan("lost", "delivered", "北京")),
        (_ago(17, 20), w.ask("lost", "no_reason", "Too warm for my kitchen.", "return")),
        (_ago(17, 6), w.approve("lost")),
        (_ago(16, 20), w.send_back("lost")),
        (_ago(16, 14), w.scan("lost", "picked_up", "北京")),
        (_ago(1, 8), w.pay_debt("lost")),
        # A quilt cover that went the same way, and is still owed.
        (_ago(20, 12), w.buy("owed", "xiaoman", "peanest", "linen-quilt-cover")),
        (_ago(20, 6), w.ship("owed")),
        (_ago(20, 2), w.scan("owed", "picked_up", "南通")),
        (_ago(19, 10), w.scan("owed", "in_transit", "苏州")),
        (_ago(18, 14), w.scan("owed", "delivered", "上海")),
        (_ago(17, 20), w.ask("owed", "no_reason", "颜色比照片上深。", "return")),
        (_ago(17, 6), w.approve("owed")),
        (_ago(16, 20), w.send_back("owed")),
        (_ago(16, 14), w.scan("owed", "picked_up", "上海")),
        # Of the kiwis a third had gone soft: claimed under the guarantee, refused, and decided by a person.
        (_ago(6, 20), w.claim_spoiled("kiwis", 34, "Eight of them were brown inside.")),
        (_ago(6, 12), w.reject("kiwis", "箱里有软果是正常的，放两天就能吃。")),
        (_ago(6, 2), w.escalate("kiwis", "Soft is fine. Brown and sour is not: look at the second photo.")),
        (_ago(5, 22), w.speak("kiwis", "shop", "照片里看不出是我们的果。")),
        (_ago(5, 18), w.speak("kiwis", "buyer", "The card from your box lies beside them.")),
        (_ago(5, 12), w.speak("kiwis", "shop", "那我们没有更多要说的。")),
        (
            _ago(4, 3),
            w.decide(
                "kiwis", "lu", "buyer", "两张照片拍到了同一箱、同一张卡片，三分之一的果心发褐，按承诺赔。"
            ),
        ),
        # The stockings were of the wrong colour: they go back under a label of the platform's.
        (_ago(3, 20), w.ask("stockings", "wrong_item", "要的是红的，来的是灰的。", "return")),
        (_ago(3, 14), w.approve("stockings")),
        (_ago(3, 12), w.labelled("stockings")),
        (_ago(3, 8), w.scan("stockings", "picked_up", "上海")),
        (_ago(1, 4), w.scan("stockings", "in_transit", "济南")),
        # A brittle that was recalled: one who has it and one who waits for it have their money, without asking.
        (_ago(5, 10), w.buy("brittle", "leo", "guoba", "sesame-candy", 2)),
        (_ago(5, 4), w.ship("brittle")),
        (_ago(4, 22), w.scan("brittle", "picked_up", "芜湖")),
        (_ago(4, 6), w.scan("brittle", "in_transit", "徐州")),
        (_ago(3, 12), w.scan("brittle", "delivered", "北京")),
        (_ago(3, 8), w.buy("brittle_too", "xiaoman", "guoba", "sesame-candy")),
        (_ago(3, 4), w.recall("zhou", "lu", "guoba", "sesame-candy", _RECALLED, "抽检报告 AH-2026-1187")),
        # On its way, and what waits to be sent.
        (_ago(2, 6), w.buy("socks", "leo", "qingcao", "stove-socks", 2)),
        (_ago(1, 20), w.ship("socks")),
        (_ago(1, 12), w.scan("socks", "picked_up", "呼和浩特")),
        (_ago(0, 21), w.scan("socks", "in_transit", "张家口")),
        (_ago(1, 4), w.buy("oil", "leo", "guoba", "camellia-oil")),
        (_ago(0, 19), w.buy("quilt", "aygul", "peanest", "linen-quilt-cover")),
        (_ago(0, 6), w.buy("mandarins", "xiaoman", "yimu", "ugly-mandarins", 2)),
        (_ago(0, 2), w.buy("scarf", "leo", "qingcao", "wind-scarf")),
    ]


_RECALLED = Text(
    zh="这一批花生抽检不合格，请不要吃，也不用寄回",
    en="Peanuts of this batch failed a test: do not eat it; it need not come back",
)


def _ago(days: int, hours: int) -> timedelta:
    return timedelta(days=days, hours=hours)
