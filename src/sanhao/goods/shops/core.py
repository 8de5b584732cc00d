"""What a shop is, without any database: its lifecycle, its roles, the shapes that cross the door."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal
from uuid import UUID
from zoneinfo import available_timezones

import msgspec

from sanhao.kit.money import Money, MoneyError, exponent
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.states import States
from sanhao.kit.text import Text

Role = Literal["owner", "manager", "clerk"]
ROLES: tuple[Role, ...] = ("owner", "manager", "clerk")
MANAGING: tuple[Role, ...] = ("owner", "manager")
"""Who sees a shop's money and changes what it sells."""
NEUTRAL = "neutral"

STATES = States(
    "shop",
    "shops_shop",
    {"open": ("holiday", "closed"), "holiday": ("open", "closed"), "closed": ()},
)


class ShopDraft(msgspec.Struct, frozen=True):
    """What is needed to open a shop. *ship_hours* is its own promise, shorter than the platform's, or None."""

    slug: str
    name: Text
    story: Text
    mark: str
    region: str
    country: str = "CN"
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    ship_hours: int | None = None


class ShopCard(msgspec.Struct, frozen=True):
    """A shop as everybody may see it. *score* is in hundredths of a point, None until trust has one."""

    id: UUID
    slug: str
    name: Text
    story: Text
    mark: str
    country: str
    region: str
    timezone: str
    currency: str
    ship_hours: int | None
    state: str
    standing: str
    score: int | None
    opened_at: datetime


class Membership(msgspec.Struct, frozen=True):
    shop: ShopCard
    role: Role


class Member(msgspec.Struct, frozen=True):
    person_id: UUID
    role: Role
    joined_at: datetime


class Standing(msgspec.Struct, frozen=True):
    """What trust concluded about a shop; *score* in hundredths of a point."""

    shop_id: UUID
    standing: str = NEUTRAL
    score: int | None = None


class ShopMoney(msgspec.Struct, frozen=True):
    """What a shop has with the platform, and what the platform advanced for it."""

    balance: Money
    deposit: Money
    owed: Money


def check(draft: ShopDraft) -> None:
    """Raises Invalid for the first thing about *draft* that cannot be."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", draft.slug) or len(draft.slug) > 60:
        raise Invalid("shop.slug", zh="店铺网址只能用小写字母、数字和短横线。",
                      en="A shop's address is made of small letters, digits and single hyphens.")  # fmt: skip
    if not (0 < len(draft.name.zh.strip()) <= 40 and 0 < len(draft.name.en.strip()) <= 60):
        raise Invalid("shop.name", zh="店名要有中文和英文，中文最多40字。",
                      en="A shop needs a name in Chinese and in English, at most 60 letters.")  # fmt: skip
    if draft.ship_hours is not None and not 1 <= draft.ship_hours <= 360:
        raise Invalid("shop.ship_hours", zh="发货承诺在1到360小时之间。",
                      en="A shipping promise is between 1 and 360 hours.")  # fmt: skip
    try:
        exponent(draft.currency)
    except MoneyError:
        raise Invalid("shop.currency", zh="没有这种货币。", en="There is no such currency.") from None
    if draft.timezone not in available_timezones():
        raise Invalid("shop.timezone", zh="没有这个时区。", en="There is no such time zone.")
    if not re.fullmatch(r"[A-Z]{2}", draft.country):
        raise Invalid(
            "shop.country", zh="国家用两位大写代码。", en="A country is a code of two capital letters."
        )


def no_shop() -> NotFound:
    return NotFound("shop.unknown", zh="没有找到这家店。", en="There is no such shop.")


def not_your_role() -> Forbidden:
    return Forbidden("shop.role", zh="这件事要店主或店长来做。", en="This takes the shop's owner or manager.")


def last_owner() -> Refusal:
    return Refusal("shop.last_owner", zh="店里至少要有一位店主。", en="A shop keeps at least one owner.")
