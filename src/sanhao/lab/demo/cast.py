"""The cast of the demo world: who is in it, what they sell, where they live. Pure data; `found.py` seeds it.

Each listing names its `picture` (an SVG drawn for it) and a `scene`: the line the drawing follows.
"""

from __future__ import annotations

from sanhao.kit.text import Text
from sanhao.lab.demo.shapes import Address, Category, Coupon, Listing, Person, Shop, yuan
from sanhao.lab.demo.shops import guoba, peanest, qingcao, yimu
from sanhao.service.remote import api as remote

CATEGORIES = (
    Category("knitwear", Text(zh="针织", en="Knitwear")),
    Category("bedding", Text(zh="床品", en="Bedding")),
    Category("home", Text(zh="家居", en="Home")),
    Category("furniture", Text(zh="家具", en="Furniture")),
    Category("fruit", Text(zh="鲜果", en="Fresh fruit")),
    Category("snacks", Text(zh="零食", en="Snacks")),
    Category("pantry", Text(zh="粮油酱", en="Pantry")),
)

SHOPS: tuple[Shop, ...] = (qingcao.SHOP, peanest.SHOP, yimu.SHOP, guoba.SHOP)
LISTINGS: tuple[Listing, ...] = tuple(listing for shop in SHOPS for listing in shop.listings)

COUPON = Coupon(Text(zh="三好见面礼", en="Nice to meet you"), yuan("8"), yuan("88"), yuan("5000"))
"""What the platform gives everybody, beside the coupons of the shops."""

HUB = remote.HubDraft(
    Text(zh="西安集运仓", en="Xi'an hub"),
    remote.HubAddress("三好西安集运仓", "029 8888 0000", "CN", "陕西", "西安市", "未央区集运路1号"),
    ("xinjiang", "tibet", "gansu", "qinghai", "ningxia"),
    "sandbox",
    remote.Tariff(1000, yuan("5.50"), 1000, yuan("1.50")),
)
"""Where parcels for remote areas change hands."""

REMOTE = remote.Terms(left_out=("furniture",))
"""Sofas do not go by a hub: nobody there could carry them on."""

_SHANGHAI = Address("林小满", "13800001111", "上海", "上海市", "徐汇区", "武康路100弄7号302室")
_BEIJING = Address("Leo Martens", "13900002222", "北京", "北京市", "东城区", "五道营胡同46号")
_URUMQI = Address("阿依古丽", "13700003333", "新疆", "乌鲁木齐市", "天山区", "解放南路219号")

PEOPLE: tuple[Person, ...] = (
    Person(
        "xiaoman",
        "xiaoman@sanhao.example",
        "林小满",
        "zh-hans",
        "buyer",
        Text(
            zh="买家，住上海，下单前爱问一句",
            en="Buyer in Shanghai; likes to ask before she buys",
        ),
        (_SHANGHAI,),
    ),
    Person(
        "leo",
        "leo@sanhao.example",
        "Leo Martens",
        "en",
        "buyer",
        Text(zh="买家，住北京胡同，看英文页面", en="Buyer in a Beijing hutong; reads the English pages"),
        (_BEIJING,),
    ),
    Person(
        "aygul",
        "aygul@sanhao.example",
        "阿依古丽",
        "zh-hans",
        "buyer",
        Text(zh="买家，住乌鲁木齐，最关心运费", en="Buyer in Ürümqi; watches the freight"),
        (_URUMQI,),
    ),
    Person(
        "urna",
        "urna@sanhao.example",
        "乌日娜",
        "zh-hans",
        "owner",
        Text(zh="店主，青草羊绒", en="Owner of Qingcao Cashmere"),
    ),
    Person(
        "saren",
        "saren@sanhao.example",
        "萨仁",
        "zh-hans",
        "clerk",
        Text(zh="店员，青草羊绒，负责织和发货", en="Clerk at Qingcao Cashmere; knits and ships"),
    ),
    Person(
        "doudou",
        "doudou@sanhao.example",
        "沈豆豆",
        "zh-hans",
        "owner",
        Text(zh="店主，豆豆窝", en="Owner of Pea Nest"),
    ),
    Person(
        "ahe",
        "ahe@sanhao.example",
        "阿禾",
        "zh-hans",
        "manager",
        Text(zh="店长，豆豆窝，盯着二十四小时发货", en="Manager at Pea Nest; watches the 24 hours"),
    ),
    Person(
        "yihe",
        "yihe@sanhao.example",
        "高一禾",
        "zh-hans",
        "owner",
        Text(zh="店主，一亩果园", en="Owner of One Mu Orchard"),
    ),
    Person(
        "xiaomi",
        "xiaomi@sanhao.example",
        "胡小米",
        "zh-hans",
        "owner",
        Text(zh="店主，锅巴阿婆的孙女", en="Owner; granny Guoba's granddaughter"),
    ),
    Person(
        "zhou",
        "zhou@sanhao.example",
        "周明",
        "zh-hans",
        "admin",
        Text(zh="平台，管规则和看板", en="Platform; keeps the rules and watches the wall"),
    ),
    Person(
        "lu",
        "lu@sanhao.example",
        "陆平",
        "zh-hans",
        "arbiter",
        Text(zh="平台，读每一封申诉", en="Platform; reads every appeal"),
    ),
)
