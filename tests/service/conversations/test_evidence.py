"""What was said, in the file of a case: put there by either side, frozen, read by who judges."""

from __future__ import annotations

from datetime import datetime

import pytest

from sanhao.kit import limits
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.conversations.api import Subject
from tests.goods import world
from tests.service.aftersales import stage as cases
from tests.service.conversations import stage as talks
from tests.service.stage import hours

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    limits.forget_local()
    cases.rules()


def test_messages_of_both_sides_are_put_on_file_once_and_the_platform_reads_them(now: datetime) -> None:
    at = cases.shop()
    order = cases.delivered(at, now=now)
    thread = talks.ask(at, "袖口开线了", subject=Subject("order", order), now=now + hours(30))
    answer = talks.reply(at, thread, "给您换一件", now=now + hours(31))
    case = cases.ask(at, order, now=now + hours(32))
    about = talks.ask(at, "就是这个售后", subject=Subject("case", case), now=now + hours(33))
    said = conversations.quotable(at.buyer_id, at.shop_id)
    assert [one.text for one in said] == ["袖口开线了", "给您换一件", "就是这个售后"]
    mine = {"side": "buyer", "by": at.buyer_id, "person_id": at.buyer_id, "now": now + hours(34)}
    assert aftersales.cite(case, [said[0].id, answer], **mine) == 2
    assert (
        aftersales.cite(case, [answer], side="shop", by=at.owner_id, shop_id=at.shop_id, now=now + hours(34))
        == 0
    )
    assert [one.quoted.text for one in conversations.quotes(case)] == ["袖口开线了", "给您换一件"]
    assert conversations.thread(about, side="buyer", by=at.buyer_id).subject_kind == "case"


def test_nobody_puts_into_anothers_file_or_takes_from_anothers_thread(now: datetime) -> None:
    at = cases.shop()
    case = cases.ask(at, cases.delivered(at, now=now), now=now + hours(30))
    thread = talks.ask(at, now=now + hours(30))
    [message] = conversations.messages(thread)
    stranger = world.person()
    with pytest.raises(NotFound):
        aftersales.cite(
            case, [message.id], side="buyer", by=stranger, person_id=stranger, now=now + hours(31)
        )
    foreign = talks.ask(at, "别人的", by=stranger, now=now + hours(30))
    [theirs] = conversations.messages(foreign)
    with pytest.raises(NotFound):
        aftersales.cite(
            case, [theirs.id], side="buyer", by=at.buyer_id, person_id=at.buyer_id, now=now + hours(31)
        )
    with pytest.raises(NotFound):
        talks.ask(at, subject=Subject("case", case), by=stranger, now=now + hours(31))
    aftersales.withdraw(case, person_id=at.buyer_id, now=now + hours(31))
    with pytest.raises(Refusal):
        aftersales.cite(
            case, [message.id], side="buyer", by=at.buyer_id, person_id=at.buyer_id, now=now + hours(31)
        )
    assert conversations.quotes(case) == []
