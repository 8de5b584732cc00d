"""Small worlds for the buyer's pages: persons who can sign in, a shop, goods, and pages asked for in a language."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.test import Client

from sanhao.kit import time as kit_time
from sanhao.kit.text import Text
from sanhao.people import api as people
from tests.faces.reading import whole_numbers

PASSWORD = "a goat eats the grass"
ZH, EN = "zh-hans", "en"


def person(name: str = "xiaoman", *, password: bool = False, language: str = EN) -> UUID:
    """Somebody confirmed; with a password only where a test signs in by hand (hashing takes its time)."""
    now = kit_time.now()
    id = people.enrol([people.Enrolment(f"{name}@example.org", name.title(), language)], now=now)[
        f"{name}@example.org"
    ]
    if password:
        people.set_password(id, PASSWORD, now=now)
    return id


def home_of(person_id: UUID, *, region: str = "上海", city: str = "上海市") -> UUID:
    draft = people.AddressDraft("林小满", "13800001111", "CN", region, city, "武康路100弄7号")
    return people.add_address(person_id, draft, now=kit_time.now())


def client_of(person_id: UUID | None = None, language: str = EN, **more: Any) -> Client:
    client = Client(**more)
    client.cookies["sanhao_language"] = language
    if person_id is not None:
        client.force_login(get_user_model().objects.get(pk=person_id))
    return client


def words(answer: Any) -> str:
    """What a reader sees, roughly: without tags."""
    html = re.sub(r"<(template|datalist)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", whole_numbers(html)).split())


def both(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)
