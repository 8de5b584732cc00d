"""What the cast has said to each other before the curtain rises. Pure data; `found.py` seeds it."""

from __future__ import annotations

from typing import Literal

import msgspec


class Line(msgspec.Struct, frozen=True):
    """*minutes* before now, *by* the buyer or the shop."""

    minutes: int
    by: Literal["buyer", "shop"]
    text: str


class Talk(msgspec.Struct, frozen=True):
    """*buyer*, by their key in the cast, asks about *listing*. What stands here has been read by both."""

    buyer: str
    listing: str
    lines: tuple[Line, ...]


TALKS: dict[str, tuple[Talk, ...]] = {
    "qingcao": (
        Talk(
            "xiaoman",
            "urna-cashmere-sweater",
            (
                Line(1_530, "buyer", "您好，身高165，平时穿M，这件买哪个码合适？"),
                Line(1_512, "shop", "您好，165穿M正好，想松一点、里面加衬衫就选L。绒是自家羊的，头两次穿会浮一点毛，轻轻摘掉就好。"),
                Line(1_509, "buyer", "可以机洗吗？"),
                Line(1_498, "shop", "不建议。30度以下的水，中性洗剂，轻轻按压五分钟，平铺晾干。袋子里放了一张小卡片，写着步骤。"),
            ),
        ),
        Talk(
            "leo",
            "wind-scarf",
            (
                Line(1_620, "buyer", "Is the scarf warm enough for cycling through a Beijing January?"),
                Line(1_596, "shop", "We wear it on the pasture at minus twenty. Wrapped twice it keeps the wind out, and it weighs less than an orange."),
            ),
        ),
    ),
    "peanest": (
        Talk(
            "leo",
            "beer-sofa",
            (
                Line(1_440, "buyer", "Does the foam part come off for washing?"),
                Line(1_431, "shop", "Yes: one zip underneath, cold wash, no dryer. The glass part only wants a damp cloth."),
                Line(1_428, "buyer", "Perfect, thank you."),
                Line(1_425, "shop", "Cheers! Send a picture when it stands."),
            ),
        ),
    ),
    "yimu": (
        Talk(
            "aygul",
            "jelly-oranges",
            (
                Line(1_700, "buyer", "寄到乌鲁木齐要几天？路上会不会坏？"),
                Line(1_655, "shop", "一般五到六天。果冻橙皮薄，我们给新疆的箱子多垫一层纸浆托。坏了的拍张照片就退，不用寄回来。"),
            ),
        ),
    ),
}  # fmt: skip
