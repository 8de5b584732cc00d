"""The fields of Sanhao that a column may hold, and whose they are: the line's or the whole order's."""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["line", "order"]
Sort = Literal["text", "time", "money", "count", "status", "currency"]


class Field(NamedTuple):
    """*level* is what a column is taken for if the mapping does not say; *levels* what it may say."""

    sort: Sort
    level: Level
    levels: tuple[Level, ...]
    zh: str
    en: str


_LINE: tuple[Level, ...] = ("line",)
_ORDER: tuple[Level, ...] = ("order",)
_EITHER: tuple[Level, ...] = ("line", "order")

FIELDS: dict[str, Field] = {
    "order_id": Field("text", "order", _ORDER, "订单号", "the order's id"),
    "line_id": Field(
        "text", "line", _LINE, "行号；没有则按顺序编号", "the line's id; counted if there is none"
    ),
    "shop": Field("text", "line", _LINE, "店铺", "who sells this line"),
    "special": Field("text", "line", _LINE, "特殊商品：custom、virtual", "special goods: custom, virtual"),
    "quantity": Field("count", "line", _LINE, "数量", "how many"),
    "bought_at": Field("time", "order", _ORDER, "下单时间", "when it was bought"),
    "paid_at": Field("time", "order", _ORDER, "付款时间", "when it was paid"),
    "promised_at": Field("time", "line", _EITHER, "承诺送达时间", "the promised arrival"),
    "ship_by": Field("time", "line", _EITHER, "最晚交运时间", "the limit for the hand-over to the carrier"),
    "collected_at": Field("time", "line", _EITHER, "揽收时间", "when the carrier had it"),
    "delivered_at": Field("time", "line", _EITHER, "签收时间", "when it arrived"),
    "cancelled_at": Field("time", "order", _ORDER, "取消时间", "when it was cancelled"),
    "presale_ships_by": Field("time", "order", _ORDER, "预售发货时间", "a presale's own limit"),
    "ship_hours": Field(
        "count", "order", _ORDER, "店铺承诺几小时发货", "the shop's own shorter promise, in hours"
    ),
    "status": Field("status", "order", _ORDER, "订单状态", "what became of the order"),
    "currency": Field("currency", "order", _ORDER, "币种", "the currency, if rows differ"),
    "goods": Field("money", "line", _EITHER, "商品实付", "paid for the goods, after coupons"),
    "freight": Field("money", "line", _EITHER, "运费", "paid for the freight"),
    "paid": Field("money", "line", _EITHER, "实付", "paid in all"),
    "country": Field("text", "order", _ORDER, "国家", "where it goes"),
    "region": Field("text", "order", _ORDER, "地区", "where in that country"),
    "buyer": Field("text", "order", _ORDER, "买家", "who bought it"),
    "category": Field(
        "text", "line", _LINE, "类目；上级在前，用 / 分开", "the category, the wider first: food/fruit"
    ),
    "weight_g": Field(
        "count", "line", _LINE, "标称重量（克/件）", "the weight of one unit as listed, in grams"
    ),
    "registered_at": Field(
        "time", "line", _EITHER, "填写运单号的时间", "when the shop gave the carrier's number"
    ),
    "next_scan_at": Field(
        "time", "line", _EITHER, "揽收后的下一条物流记录", "the carrier's next word after the first scan"
    ),
    "hub_signed_at": Field(
        "time", "line", _EITHER, "集运仓签收时间", "when a hub signed for it: it only changed hands"
    ),
    "forwarded_at": Field(
        "time", "line", _EITHER, "二程揽收时间", "when the courier of the second leg first had it"
    ),
    "chosen_carrier": Field(
        "text", "order", _ORDER, "买家选的快递", "the courier the buyer chose; empty: the shop chose"
    ),
    "surcharge": Field(
        "money", "order", _ORDER, "为此加的运费", "the part of the freight paid for that choice"
    ),
    "carrier": Field("text", "line", _LINE, "实际承运的快递", "the courier that collected it"),
    "claimed_at": Field("time", "line", _LINE, "申请理赔的时间", "when the buyer claimed under a guarantee"),
    "claim": Field(
        "text", "line", _LINE, "按哪项保障申请；空着表示每一项都算", "under which guarantee; empty: under any"
    ),
    "claim_refused_at": Field("time", "line", _LINE, "申请被拒绝的时间", "when that claim was refused"),
    "damage_percent": Field(
        "count", "line", _LINE, "坏了百分之几", "how much of it was damaged, in per cent"
    ),
    "weighed_g": Field("count", "line", _LINE, "称得重量（克）", "what it weighed, in grams"),
    "price_seen": Field("money", "line", _LINE, "后来看到的单价", "the price of one unit seen later"),
}

STATUSES = ("open", "delivered", "cancelled", "cancelled_by_buyer", "cancelled_by_platform", "unavailable")
"""What a word of the file may mean. `cancelled` counts as the shop's doing: histories rarely say whose."""
