"""What the facts of a decision are called where no face has better words of its own: nothing that a judge saw goes by a name
of the code."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import get_language

from sanhao.faces.ui.format import lang_of
from sanhao.kit.text import Text

_NAMES: dict[str, Text] = {
    "accepted": Text(zh="店铺承接的条款", en="what the shop accepted"),
    "agreed": Text(zh="买家逐件确认", en="agreed to by the buyer"),
    "ahead_until": Text(zh="先退款的期限", en="goods back by, for what was paid ahead"),
    "amount": Text(zh="金额", en="amount"),
    "amount_minor": Text(zh="金额", en="amount"),
    "answer_hours": Text(zh="答复时限（小时）", en="hours to answer"),
    "answers": Text(zh="答复", en="answer"),
    "apart": Text(zh="需要拆开", en="to be taken apart"),
    "at_most": Text(zh="最多", en="at most"),
    "at_shop": Text(zh="已到店铺", en="with the shop"),
    "back": Text(zh="退回", en="comes back"),
    "bound_for": Text(zh="寄往", en="bound for"),
    "brought_by": Text(zh="由谁送达", en="brought by"),
    "by_hand": Text(zh="由人决定", en="decided by a person"),
    "calls": Text(zh="扫描与签收", en="what couriers said"),
    "carrier": Text(zh="承运商", en="courier"),
    "case": Text(zh="售后单", en="case"),
    "category": Text(zh="类目", en="category"),
    "claims": Text(zh="申请", en="claim"),
    "days": Text(zh="天数", en="days"),
    "delivered": Text(zh="已签收", en="delivered"),
    "doubted": Text(zh="存疑的单号", en="numbers in doubt"),
    "en": Text(zh="英文", en="in English"),
    "ended": Text(zh="结束", en="ended"),
    "exposed": Text(zh="买家未结清的先退款", en="paid ahead to this buyer and still open"),
    "fault": Text(zh="责任", en="at fault"),
    "fee": Text(zh="鉴定费", en="appraiser's fee"),
    "floors": Text(zh="楼层", en="floors"),
    "found": Text(zh="案卷认定", en="what was found"),
    "goods_g": Text(zh="商品重量（克）", en="weight of the goods, in grams"),
    "grams": Text(zh="称重（克）", en="on the scales, in grams"),
    "granted": Text(zh="同意", en="granted"),
    "guarantee": Text(zh="保障", en="guarantee"),
    "heard": Text(zh="快递的答复", en="what the courier said"),
    "height_mm": Text(zh="高（毫米）", en="height, in mm"),
    "home": Text(zh="买家的地址", en="the buyer's address"),
    "in_case": Text(zh="在售后中的件数", en="units in a case"),
    "in_stock": Text(zh="有货", en="in stock"),
    "issued": Text(zh="平台出的面单", en="label of the platform's"),
    "kind": Text(zh="类型", en="kind"),
    "label": Text(zh="退货面单", en="label for the return"),
    "last_at": Text(zh="上次赔付", en="last paid"),
    "left": Text(zh="剩余额度", en="what is left of the cap"),
    "length_mm": Text(zh="长（毫米）", en="length, in mm"),
    "line": Text(zh="商品行", en="line"),
    "number": Text(zh="单号", en="number"),
    "older": Text(zh="单号用过", en="number used before"),
    "opened": Text(zh="已拆封", en="opened"),
    "origin": Text(zh="寄出地", en="sent from"),
    "outcome": Text(zh="结论", en="outcome"),
    "own": Text(zh="店铺自己的选择", en="the shop's own choice"),
    "packed": Text(zh="已打包", en="packed"),
    "packed_well": Text(zh="包装合格", en="packed well"),
    "payer": Text(zh="由谁承担", en="who bears it"),
    "photos": Text(zh="照片", en="photos"),
    "pickup": Text(zh="上门取件", en="pickup"),
    "pickup_until": Text(zh="取件到", en="pickup until"),
    "plain_due_at": Text(zh="原定时间", en="due without the shop's own promise"),
    "price": Text(zh="现价", en="price now"),
    "price_kind": Text(zh="价格种类", en="kind of price"),
    "quantity": Text(zh="数量", en="quantity"),
    "recorded_on": Text(zh="记录日期", en="dated"),
    "records": Text(zh="医疗记录", en="records"),
    "more": Text(zh="其他包裹", en="further parcels"),
    "registered_at": Text(zh="填单号时间", en="number given"),
    "round": Text(zh="第几轮", en="round"),
    "ruling": Text(zh="裁决", en="ruling"),
    "scanned": Text(zh="已扫描", en="scanned"),
    "share_bp": Text(zh="损坏比例（万分之）", en="share damaged, in hundredths of a per cent"),
    "shipped": Text(zh="已发货", en="shipped"),
    "shipped_since": Text(zh="发货多久", en="shipped since"),
    "ships_first": Text(zh="先换货", en="replacement goes first"),
    "signed_at": Text(zh="店铺签收", en="signed for by the shop"),
    "sizes": Text(zh="尺寸", en="sizes"),
    "spoke": Text(zh="谁陈述过", en="who has spoken"),
    "standing": Text(zh="买家信誉", en="the buyer's standing"),
    "state": Text(zh="状态", en="state"),
    "stop": Text(zh="拦截", en="called back"),
    "stop_until": Text(zh="拦截到", en="called back until"),
    "terms": Text(zh="条款", en="terms"),
    "trigger": Text(zh="起因", en="finding"),
    "trusted": Text(zh="信任买家", en="known buyer"),
    "units": Text(zh="件数", en="units"),
    "uploaded_at": Text(zh="填退货单号", en="return number given"),
    "videos": Text(zh="视频", en="films"),
    "waybill": Text(zh="退货运单", en="waybill of the return"),
    "weight_g": Text(zh="重量（克）", en="weight, in grams"),
    "where": Text(zh="位置", en="where it is"),
    "width_mm": Text(zh="宽（毫米）", en="width, in mm"),
    "window_ends": Text(zh="可申请到", en="may be asked for until"),
    "words": Text(zh="留言", en="words"),
    "worth": Text(zh="价值", en="worth"),
    "zh": Text(zh="中文", en="in Chinese"),
}


def label(fact: str) -> str:
    """A fact's name, as the beginning of a line; one that nobody named is at least readable."""
    name = _NAMES.get(fact)
    return capfirst(name.in_(lang_of(get_language()))) if name else fact.replace("_", " ")


def known(fact: str) -> bool:
    return fact in _NAMES
