"""Mails to persons, each in the person's language. Sent by later listeners, so they may repeat after a crash.

A token is made when the mail is written, never stored. No lower module knows a page: the face that serves the links
says what they look like (`register_links`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import send_mail

from sanhao.kit.events import News
from sanhao.kit.text import Text
from sanhao.people import tokens
from sanhao.people.events import PasswordChanged, PersonSignedUp, ResetRequested, SignUpRepeated
from sanhao.people.models import Person

Link = Callable[[str], str]
_links: dict[tokens.Purpose, Link] = {
    "confirm": lambda t: f"/confirm/{t}/",
    "reset": lambda t: f"/reset/{t}/",
}

_CONFIRM = (
    Text(zh="确认你的邮箱", en="Confirm your e-mail"),
    Text(
        zh="{name}，你好：\n\n请打开下面的链接，确认这是你的邮箱（三天内有效）：\n\n{link}\n\n"
        "如果不是你注册的，请不要打开，也不需要做什么。\n",
        en="Hello {name},\n\nplease open this link to confirm that this is your e-mail (good for three days):\n\n"
        "{link}\n\nIf it was not you who signed up, do not open it; there is nothing else to do.\n",
    ),
)
_KNOWN = (
    Text(zh="你已经有账号了", en="You have an account already"),
    Text(
        zh="{name}，你好：\n\n有人用这个邮箱注册，但你已有账号。如果是你自己，请直接登录；忘了密码，"
        "可在登录页重设。\n\n如果不是你，什么都不需要做。\n",
        en="Hello {name},\n\nsomebody signed up with this e-mail, which has an account already. If it was you, just "
        "sign in; if you forgot your password, ask for a new one there.\n\nIf it was not you, there is nothing to do.\n",
    ),
)
_RESET = (
    Text(zh="重设密码", en="Set a new password"),
    Text(
        zh="{name}，你好：\n\n请打开下面的链接设置新密码（一小时内有效，只能用一次）：\n\n{link}\n\n"
        "如果不是你要求的，你的密码没有变，不需要做什么。\n",
        en="Hello {name},\n\nopen this link to set a new password (good for one hour, once):\n\n{link}\n\n"
        "If you did not ask for it, your password is unchanged and there is nothing to do.\n",
    ),
)
_CHANGED = (
    Text(zh="你的密码已更改", en="Your password was changed"),
    Text(
        zh="{name}，你好：\n\n你的密码刚刚更改，其他设备已退出登录。如果不是你本人，请立即在登录页重设密码。\n",
        en="Hello {name},\n\nyour password was just changed and other devices were signed out. If this was not you, "
        "ask for a new password on the sign-in page at once.\n",
    ),
)


def register_links(*, confirm: Link, reset: Link) -> None:
    """Say where the pages for tokens are: ``confirm(token)`` gives the path, such as ``/confirm/<token>/``."""
    _links["confirm"], _links["reset"] = confirm, reset


def send_confirm(news: Sequence[News[PersonSignedUp]]) -> None:
    people = _people(id__in=[n.fact.person_id for n in news], email_confirmed_at=None)
    for person in people:
        _send(person, _CONFIRM, "confirm")


def send_known(news: Sequence[News[SignUpRepeated]]) -> None:
    for person in _people(id__in=[n.fact.person_id for n in news]):
        _send(person, _KNOWN)


def send_reset(news: Sequence[News[ResetRequested]]) -> None:
    for person in _people(email__in=[n.fact.email for n in news]):
        _send(person, _RESET, "reset")


def send_changed(news: Sequence[News[PasswordChanged]]) -> None:
    for person in _people(id__in=[n.fact.person_id for n in news]):
        _send(person, _CHANGED)


def _people(**which: Any) -> list[Person]:
    return list(Person.objects.filter(is_active=True, **which).order_by("id"))


def _send(person: Person, mail: tuple[Text, Text], purpose: tokens.Purpose | None = None) -> None:
    subject, body = (text.in_(person.language) for text in mail)
    link = settings.SITE_ADDRESS + _links[purpose](tokens.make(person, purpose)) if purpose else ""
    send_mail(subject, body.format(name=person.name, link=link), None, [person.email])
