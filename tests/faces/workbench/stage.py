"""The stage of the workbench: one shop with all its roles, a buyer's paid order, and pages asked for by anybody."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.test import Client

from sanhao.books.wallet import api as wallet
from sanhao.goods.shops import api as shops
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.people import api as people
from tests.conftest import T0
from tests.faces.reading import whole_numbers
from tests.goods import world
from tests.service import stage

ZH, EN = "zh-hans", "en"


@dataclass
class Clock:
    now: datetime = field(default=T0)

    def forward(self, hours: float) -> datetime:
        self.now += stage.hours(hours)
        return self.now


@dataclass
class Bench:
    """*at* is the stage of the service tests; *order* a paid order of one sweater (¥200) and one of the cheaper kind."""

    at: stage.Stage
    manager: UUID
    clerk: UUID
    order: UUID

    @property
    def owner(self) -> UUID:
        return self.at.owner_id

    def order_number(self) -> str:
        return stage.orders.order(self.order).number


def a_bench(*, quantities: tuple[int, ...] = (1, 1), balance: int = 10_000) -> Bench:
    stage.rules()
    at = stage.stage(balance=balance, deposit=5_000)
    manager, clerk = world.people(2)
    shops.add_member(at.shop_id, manager, "manager", by=at.owner_id, now=T0)
    shops.add_member(at.shop_id, clerk, "clerk", by=at.owner_id, now=T0)
    for id, name in ((at.owner_id, "Urna"), (manager, "Ahe"), (clerk, "Saren"), (at.buyer_id, "Leo")):
        people.rename(id, name)
    return Bench(at, manager, clerk, stage.paid(at, quantities))


def client_of(person_id: UUID | None, language: str = EN) -> Client:
    client = Client()
    client.cookies["sanhao_language"] = language
    if person_id is not None:
        client.force_login(get_user_model().objects.get(pk=person_id))
    return client


def words(answer: Any) -> str:
    """What a reader sees, roughly: without tags."""
    html = re.sub(r"<(template|datalist|script)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", whole_numbers(html))).split())


def url(path: str = "", shop: str = "qingcao") -> str:
    return f"/workbench/{shop}/{path}"


def issue(shop_id: UUID, by: UUID, *, now: datetime = T0) -> UUID:
    """A draft of the shop's coupons: ¥10 off ¥88, ten of them, for a month."""
    draft = wallet.IssueDraft(
        "shop", str(shop_id), Text(zh="早冬券", en="Winter coupon"), Money(1_000, "CNY"), Money(8_800, "CNY"),
        Money(10_000, "CNY"), now, now + timedelta(days=30), shop_id=shop_id,
    )  # fmt: skip
    return wallet.draft_issue(draft, by=by, now=now)
