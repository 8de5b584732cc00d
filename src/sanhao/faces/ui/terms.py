"""How the terms of rules read, the same on every face. What a term is called its owner says (`rulebook.name_of`); here is
what its values are called, and the keys of its tables: guarantees, reasons, kinds of goods, countries."""

from __future__ import annotations

import re
from collections.abc import Iterable

from babel import Locale
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sanhao.faces.ui import places
from sanhao.faces.ui.format import lang_of
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.text import Lang, Text
from sanhao.service.aftersales import api as aftersales
from sanhao.service.promises import api as promises

CLOCKS = ("opens", "closes", "platform_opens", "platform_closes")
"""Terms that are minutes of a day, shown and typed as a clock shows them."""
_LOCALES: dict[Lang, str] = {"zh": "zh_Hans", "en": "en"}
CURRENCY = re.compile("[A-Z]{3}")
"""A table by such keys holds sums, in minor units."""
SHORT_NAME = "key"
"""What a row of a table is known by to the machine; people have its names."""
_VALUES: dict[str, Text] = {
    "": Text(zh="没有", en="nothing"),
    "*": Text(zh="其余全部", en="everything else"),
    "True": Text(zh="是", en="yes"),
    "False": Text(zh="否", en="no"),
    # how it is counted, paid, judged
    "hours": Text(zh="小时", en="hours"),
    "calendar_days": Text(zh="自然日", en="calendar days"),
    "working_days": Text(zh="工作日", en="working days"),
    "moment": Text(zh="准确时刻", en="exact moment"),
    "day": Text(zh="当天", en="calendar day"),
    "line": Text(zh="每件商品", en="line"),
    "order": Text(zh="每个订单", en="order"),
    "checkout": Text(zh="每次结算", en="checkout"),
    "coupon": Text(zh="券", en="a coupon"),
    "refund": Text(zh="退款", en="a refund"),
    "return": Text(zh="退货退款", en="a return"),
    "wait": Text(zh="等签收", en="waits for the delivery"),
    "leave": Text(zh="不处理", en="left alone"),
    "freight": Text(zh="全部运费", en="all the freight"),
    "surcharge": Text(zh="自选快递的加价", en="what the choice cost"),
    "whole_order": Text(zh="整单退完才退", en="with the whole order"),
    "share": Text(zh="按比例退", en="in proportion"),
    "platform_pays": Text(zh="平台出钱退给买家", en="the platform pays the buyer"),
    # who
    "buyer": Text(zh="买家", en="the buyer"),
    "shop": Text(zh="店铺", en="the shop"),
    "carrier": Text(zh="承运商", en="the courier"),
    "platform": Text(zh="平台", en="the platform"),
    "payer": Text(zh="谁出的退给谁", en="whoever paid"),
    "window": Text(zh="售后期", en="the time to ask"),
    "claims": Text(zh="售后期和各项保障的申领期", en="the time to ask and the times to claim"),
    "longest": Text(zh="这单还能申请的一切", en="everything that may still be asked"),
    "neutral": Text(zh="普通信誉", en="neutral standing"),
    # where and how binding
    "never": Text(zh="不退", en="never"),
    "unshipped_last": Text(zh="没发货的最后一件退完时", en="with the last unit that was not sent"),
    "keep": Text(zh="照样算数", en="still counts"),
    "rejection_stands": Text(zh="店铺的拒绝有效", en="the shop's no stands"),
    "remote": Text(zh="偏远", en="remote"),
    "extreme": Text(zh="极偏远", en="very remote"),
    "off": Text(zh="不提供", en="off"),
    "optional": Text(zh="可选", en="optional"),
    "mandatory": Text(zh="必须提供", en="mandatory"),
    # special goods, prices and excuses
    "custom": Text(zh="定制商品", en="made to order"),
    "virtual": Text(zh="虚拟商品", en="nothing to send"),
    "special_goods": Text(zh="定制或虚拟商品", en="made to order or virtual"),
    "unsealed": Text(zh="拆封后", en="once unsealed"),
    "activated": Text(zh="激活后", en="once activated"),
    "near_expiry": Text(zh="临期或有瑕疵", en="near its date or flawed"),
    "flash": Text(zh="限时价", en="flash sales"),
    "live": Text(zh="直播间专享价", en="prices of a live room"),
    "idea": Text(zh="共创价", en="prices of an idea"),
    "member": Text(zh="会员价", en="members' prices"),
    "newcomer": Text(zh="新人价", en="newcomers' prices"),
    "presale": Text(zh="预售价", en="presales"),
    "unavailable": Text(zh="没有货了", en="none left"),
    "force_majeure": Text(zh="不可抗力", en="beyond anyone's control"),
    "risk_hold": Text(zh="安全核查", en="a safety check"),
    "buyer_fault": Text(zh="收货信息有误", en="wrong delivery details"),
    # kinds of goods that rules name, whether a site sells them or not
    "appliances": Text(zh="大家电", en="appliances"),
    "audio-visual": Text(zh="音像制品", en="audio and video"),
    "bedding": Text(zh="床品", en="bedding"),
    "blind-boxes": Text(zh="盲盒", en="blind boxes"),
    "cameras": Text(zh="相机", en="cameras"),
    "computers": Text(zh="电脑", en="computers"),
    "dairy": Text(zh="乳品", en="dairy"),
    "drinks": Text(zh="饮料", en="drinks"),
    "e-bikes": Text(zh="电动车", en="e-bikes"),
    "eggs": Text(zh="蛋", en="eggs"),
    "electronics": Text(zh="数码", en="electronics"),
    "flour": Text(zh="面粉", en="flour"),
    "flowers": Text(zh="鲜花", en="flowers"),
    "food": Text(zh="食品", en="food"),
    "fresh": Text(zh="生鲜", en="fresh food"),
    "fruit": Text(zh="鲜果", en="fruit"),
    "furniture": Text(zh="家具", en="furniture"),
    "grain": Text(zh="粮食", en="grain"),
    "home": Text(zh="家居", en="home"),
    "knitwear": Text(zh="针织", en="knitwear"),
    "make-up": Text(zh="彩妆", en="make-up"),
    "meat": Text(zh="肉", en="meat"),
    "milk-powder": Text(zh="奶粉", en="milk powder"),
    "nappies": Text(zh="纸尿裤", en="nappies"),
    "newspapers": Text(zh="报刊", en="newspapers"),
    "oil": Text(zh="食用油", en="oil"),
    "pantry": Text(zh="粮油", en="pantry"),
    "perfume": Text(zh="香水", en="perfume"),
    "personal-care": Text(zh="个人护理", en="personal care"),
    "phones": Text(zh="手机", en="phones"),
    "plants": Text(zh="绿植", en="plants"),
    "rice": Text(zh="大米", en="rice"),
    "seafood": Text(zh="水产", en="seafood"),
    "skincare": Text(zh="护肤", en="skincare"),
    "snacks": Text(zh="零食", en="snacks"),
    "software": Text(zh="软件", en="software"),
    "tea": Text(zh="茶", en="tea"),
    "underwear": Text(zh="内衣", en="underwear"),
    "vegetables": Text(zh="蔬菜", en="vegetables"),
}


_TABLES = {"cap_minor": Text(zh="每单二程最多补贴", en="paid of an order's second leg at most")}
"""Terms that are called otherwise where they are a table of sums."""


def label(term: str, *, table: bool = False) -> str:
    """A term's name, or what the key of a table stands for, as the beginning of a line."""
    name = _TABLES.get(term) if table and term in _TABLES else rulebook.name_of(term)
    return capfirst(name.in_(_lang())) if name is not None else capfirst(value(term))


def value(given: object) -> str:
    """A word of a rule as people say it; what nobody has put into words is shown as it is, never hidden."""
    plain, lang = str(given), _lang()
    if plain in _VALUES:
        return _VALUES[plain].in_(lang)
    if plain in promises.KINDS:
        return promises.KINDS[plain].title.in_(lang)
    if plain in aftersales.REASONS:
        return aftersales.REASONS[plain].title.in_(lang)
    if len(plain) == 2 and plain.isupper():
        return str(Locale.parse(_LOCALES[lang]).territories.get(plain, plain))
    return places.NAMES[plain].in_(lang) if plain in places.NAMES else plain


def clock(minutes: int) -> str:
    """Minutes of a day as a clock shows them; the end of the day is 00:00."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def each(given: Iterable[object]) -> list[str]:
    """The words of a list; ``*`` in it is everything there is."""
    return [_("all goods") if one == "*" else value(one) for one in given]


def place(pattern: str) -> str:
    """Where a pattern of freight or couriers reaches: ``*``, a country, one of its regions (``CN/新疆``)."""
    country, _slash, region = pattern.partition("/")
    if region:
        return places.called(region, _lang())
    return _("anywhere") if country == "*" else value(country)


def _lang() -> Lang:
    return lang_of(get_language())
