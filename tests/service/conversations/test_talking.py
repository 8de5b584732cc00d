"""Talking on the movable clock: who is owed an answer, what is late, who is told, what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from sanhao.fairness.notices import api as notices
from sanhao.goods.shops import api as shops
from sanhao.kit import limits
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.media import Stored
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal, TooMany
from sanhao.kit.rows import execute, fetch
from sanhao.service.conversations import api as conversations
from sanhao.service.conversations.api import Hours, Opening, Subject
from tests.goods import world
from tests.service.conversations.stage import ask, buyer_says, listing_of, reply, rules, seen_by, staff
from tests.service.stage import Stage, drain, hours, paid, stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    limits.forget_local()
    rules()


@pytest.fixture
def at() -> Stage:
    return stage()


def waits(thread: object) -> list[tuple[str, str]]:
    return [
        (row["side"], row["state"])
        for row in fetch(
            "SELECT side, state FROM conversations_wait WHERE thread_id = %s ORDER BY id", [thread]
        )
    ]


def told(person: object) -> list[str]:
    return [notice.text.zh for notice in notices.inbox(person) if notice.topic.startswith("talk.")]


# ---- the story ---------------------------------------------------------------------------------------------------


def test_a_question_is_answered_in_time_and_counts(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    owed = seen_by(at, thread).from_shop
    assert owed is not None and owed.due_at == now + hours(4), "four hours of service time, 10:00 to 14:00"
    assert [view.id for view in conversations.desk(at.shop_id)] == [thread]
    assert conversations.desk_count(at.shop_id).ours == 1
    reply(at, thread, now=now + hours(1))
    assert (seen_by(at, thread).state, seen_by(at, thread).owed, seen_by(at, thread).unread) == (
        "waiting",
        (),
        1,
    )
    found = conversations.figures([at.shop_id], now=now + hours(2))[at.shop_id]
    assert (found.asked, found.in_time, found.median, found.share) == (1, 1, hours(1), 100)
    assert not found.shown, "one answer says nothing about a shop"
    drain(now + timedelta(days=8))
    assert seen_by(at, thread).state == "closed", "seven days of silence"
    buyer_says(at, thread, "再问一下", now=now + timedelta(days=9))
    assert seen_by(at, thread).state == "open"


def test_an_unanswered_question_is_reminded_then_late_and_still_answered(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    drain(now + timedelta(minutes=2))
    assert told(at.owner_id) == [f"{_name(at)}：“起球吗？”"]
    drain(now + hours(3))
    assert len(told(at.owner_id)) == 2 and "快要等不及" in told(at.owner_id)[0]
    assert waits(thread) == [("shop", "waiting")]
    drain(now + hours(4))
    assert waits(thread) == [("shop", "waiting")], "the last second is in time"
    drain(now + hours(4) + timedelta(seconds=1))
    assert waits(thread) == [("shop", "late")]
    assert "没有按时得到答复" in told(at.owner_id)[0]
    drain(now + hours(9))
    assert len(told(at.owner_id)) == 3, "nobody is told twice"
    reply(at, thread, now=now + hours(5))
    found = conversations.figures([at.shop_id], now=now + hours(6))[at.shop_id]
    assert (found.asked, found.in_time, found.share) == (1, 0, 0)


def _name(at: Stage) -> str:
    from sanhao.people import api as people

    return people.card(at.buyer_id).name


def test_late_is_late_even_if_no_keeper_ran(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    assert conversations.figures([at.shop_id], now=now + hours(5))[at.shop_id].asked == 1
    reply(at, thread, now=now + hours(5))
    assert conversations.figures([at.shop_id], now=now + hours(5))[at.shop_id].in_time == 0


def test_many_messages_are_one_question_and_one_notice(at: Stage, now: datetime) -> None:
    thread = ask(at, "在吗", now=now)
    buyer_says(at, thread, "起球吗？", now=now + timedelta(seconds=20))
    buyer_says(at, thread, "急", now=now + timedelta(seconds=40))
    assert waits(thread) == [("shop", "waiting")]
    drain(now + timedelta(minutes=2))
    assert told(at.owner_id) == [f"{_name(at)}发来3条新消息：“急”"]
    buyer_says(at, thread, "？", now=now + timedelta(minutes=3))
    drain(now + timedelta(minutes=10))
    assert len(told(at.owner_id)) == 1, "told once until they have read"
    conversations.read(
        thread, side="shop", by=at.owner_id, shop_id=at.shop_id, upto=4, now=now + timedelta(minutes=11)
    )
    buyer_says(at, thread, "还在吗", now=now + timedelta(minutes=12))
    drain(now + timedelta(minutes=14))
    assert len(told(at.owner_id)) == 2


def test_who_has_the_page_open_is_not_told(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    conversations.read(
        thread, side="shop", by=at.owner_id, shop_id=at.shop_id, upto=1, now=now + timedelta(seconds=5)
    )
    drain(now + timedelta(minutes=5))
    assert told(at.owner_id) == []


def test_reading_in_any_order_never_unreads(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    for n in range(3):
        buyer_says(at, thread, f"{n}", now=now)
    for upto, left in ((2, 2), (1, 2), (99, 0), (3, 0)):
        conversations.read(thread, side="shop", by=at.owner_id, shop_id=at.shop_id, upto=upto, now=now)
        assert seen_by(at, thread, "shop").unread == left
    assert seen_by(at, thread).read_by_others == 4


def test_hours_of_the_shop_bind_from_the_next_question(at: Stage, now: datetime) -> None:
    night = Hours((Opening(1200, 1320),) * 7, "Asia/Shanghai")
    conversations.set_hours(at.shop_id, night, by=at.owner_id, now=now)
    thread = ask(at, now=now)
    owed = seen_by(at, thread).from_shop
    assert owed and owed.due_at == now + hours(36), "two hours tonight, two tomorrow"
    reply(at, thread, now=now + hours(1))
    assert conversations.figures([at.shop_id], now=now + hours(2))[at.shop_id].median == timedelta(0)


def test_a_clerk_answers_but_sets_no_hours_and_opens_no_ticket(at: Stage, now: datetime) -> None:
    clerk = world.person()
    shops.add_member(at.shop_id, clerk, "clerk", by=at.owner_id, now=now)
    thread = ask(at, now=now)
    conversations.say(thread, side="shop", by=clerk, shop_id=at.shop_id, text="不起球", key=new_id(), now=now)
    with pytest.raises(Forbidden):
        conversations.set_hours(at.shop_id, Hours((Opening(0, 60),) * 7, "Asia/Shanghai"), by=clerk, now=now)
    with pytest.raises(Forbidden):
        conversations.open_ticket(
            at.shop_id, topic="rules", title="x", text="y", key=new_id(), by=clerk, now=now
        )
    with pytest.raises(Forbidden):
        conversations.block(thread, shop_id=at.shop_id, by=clerk, now=now)


# ---- said once ---------------------------------------------------------------------------------------------------


def test_the_same_key_is_the_same_message(at: Stage, now: datetime) -> None:
    key = new_id()
    thread = ask(at, key=key, now=now)
    assert ask(at, "changed meanwhile", key=key, now=now) == thread
    again = new_id()
    assert buyer_says(at, thread, "a", key=again, now=now) == buyer_says(at, thread, "b", key=again, now=now)
    assert [m.text for m in conversations.messages(thread)] == ["起球吗？", "a"]


def test_what_was_said_cannot_be_changed_even_by_sql(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    with pytest.raises(IntegrityError):
        execute("UPDATE conversations_message SET text = 'other' WHERE thread_id = %s", [thread])


def test_a_question_taken_back_is_owed_nothing(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    [message] = conversations.messages(thread)
    conversations.withdraw(message.id, side="buyer", by=at.buyer_id, now=now + timedelta(seconds=120))
    assert (waits(thread), seen_by(at, thread).state) == ([("shop", "lapsed")], "waiting")
    [shown] = conversations.messages(thread)
    assert (shown.text, shown.withdrawn_at is not None) == ("", True)
    assert conversations.messages(thread, judging=True)[0].text == "起球吗？"
    conversations.withdraw(message.id, side="buyer", by=at.buyer_id, now=now + timedelta(seconds=121))


def test_an_answer_taken_back_was_none(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    message = reply(at, thread, "嗯", now=now + hours(1))
    buyer_says(at, thread, "嗯？", now=now + hours(1) + timedelta(seconds=10))
    conversations.withdraw(
        message, side="shop", by=at.owner_id, shop_id=at.shop_id, now=now + hours(1) + timedelta(seconds=20)
    )
    assert sorted(waits(thread)) == [("shop", "lapsed"), ("shop", "waiting")]
    owed = seen_by(at, thread).from_shop
    assert owed and owed.due_at == now + hours(4), "the clock runs as if nothing had been said"
    drain(now + hours(4) + timedelta(seconds=1))
    assert ("shop", "late") in waits(thread)


def test_too_late_or_not_ones_own_cannot_be_taken_back(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    [message] = conversations.messages(thread)
    with pytest.raises(Refusal, match=r"talk\.too_late"):
        conversations.withdraw(message.id, side="buyer", by=at.buyer_id, now=now + timedelta(seconds=121))
    with pytest.raises(NotFound):
        conversations.withdraw(message.id, side="shop", by=at.owner_id, shop_id=at.shop_id, now=now)
    with pytest.raises(NotFound):
        conversations.withdraw(new_id(), side="buyer", by=at.buyer_id, now=now)


# ---- whose it is -------------------------------------------------------------------------------------------------


def test_another_partys_thread_does_not_exist(at: Stage, now: datetime) -> None:
    thread, stranger = ask(at, now=now), world.person()
    other = stage(slug="other")
    for refused in (
        lambda: conversations.thread(thread, side="buyer", by=stranger),
        lambda: conversations.thread(thread, side="shop", by=other.owner_id, shop_id=other.shop_id),
        lambda: conversations.thread(thread, side="shop", by=other.owner_id, shop_id=at.shop_id),
        lambda: conversations.thread(thread, side="platform", by=staff()),
        lambda: conversations.say(thread, side="buyer", by=stranger, text="x", key=new_id(), now=now),
        lambda: conversations.say(thread, side="platform", by=staff("admin"), text="x", key=new_id(), now=now),
        lambda: conversations.read(thread, side="buyer", by=stranger, upto=1, now=now),
        lambda: conversations.close(thread, side="buyer", by=stranger, now=now),
        lambda: conversations.hand_over(thread, side="buyer", by=stranger, now=now),
        lambda: conversations.start(Subject("order", paid(at)), side="buyer", by=stranger, text="x", key=new_id(), now=now),
        lambda: conversations.start(Subject("listing", new_id()), side="buyer", by=stranger, text="x", key=new_id(), now=now),
        lambda: conversations.start(Subject("secret", new_id()), side="buyer", by=stranger, text="x", key=new_id(), now=now),
        lambda: conversations.start(listing_of(at), side="shop", by=at.owner_id, shop_id=at.shop_id, text="x", key=new_id(), now=now),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            refused()
    assert len(conversations.messages(thread)) == 1


def test_nobody_asks_their_own_shop(at: Stage, now: datetime) -> None:
    with pytest.raises(Forbidden, match=r"talk\.own_shop"):
        ask(at, by=at.owner_id, now=now)


def test_a_shop_writes_first_about_an_order_and_links_stay_between_the_two(at: Stage, now: datetime) -> None:
    order = Subject("order", paid(at))
    thread = conversations.start(
        order, side="shop", by=at.owner_id, shop_id=at.shop_id, text="颜色发错了吗？", key=new_id(), now=now
    )
    assert (seen_by(at, thread).state, waits(thread)) == ("waiting", [])
    assert ask(at, "没有", subject=order, now=now) == thread, "one thread for each order"
    reply(at, thread, "", link=listing_of(at), now=now)
    assert conversations.messages(thread)[-1].link_kind == "listing"
    other = stage(slug="other")
    for foreign in (listing_of(other), Subject("order", paid(other))):
        with pytest.raises(NotFound):
            reply(at, thread, "", link=foreign, now=now)


def test_a_blocked_person_still_speaks_about_their_order(at: Stage, now: datetime) -> None:
    order, thread = Subject("order", paid(at)), ask(at, now=now)
    conversations.block(thread, shop_id=at.shop_id, by=at.owner_id, now=now)
    conversations.block(thread, shop_id=at.shop_id, by=at.owner_id, now=now)
    with pytest.raises(Forbidden, match=r"talk\.blocked"):
        buyer_says(at, thread, "喂", now=now)
    assert (seen_by(at, thread).state, waits(thread)) == ("closed", [("shop", "lapsed")])
    ask(at, "我的订单呢", subject=order, now=now)
    conversations.unblock(thread, shop_id=at.shop_id, by=at.owner_id, now=now)
    buyer_says(at, thread, "谢谢", now=now)


def test_empty_too_long_too_many(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    for text in ("", " \n", "\u200b\0"):
        with pytest.raises(Invalid, match=r"talk\.empty"):
            buyer_says(at, thread, text, now=now)
    photos = [Stored(f"{n:064x}", "image/jpeg", 10, 1, 1) for n in range(7)]
    with pytest.raises(Invalid, match=r"talk\.photos"):
        buyer_says(at, thread, "", photos=photos, now=now)
    buyer_says(at, thread, "", photos=photos[:6], now=now)
    assert len(conversations.messages(thread)[-1].photos) == 6
    with pytest.raises(TooMany):
        for _ in range(70):
            buyer_says(at, thread, "x", now=now)


def test_a_photo_is_seen_by_the_parties_only(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    buyer_says(at, thread, "看", photos=[Stored("a" * 64, "image/jpeg", 10, 1, 1)], now=now)
    photo = conversations.messages(thread)[-1].photos[0].id
    for party in (at.buyer_id, at.owner_id):
        assert conversations.photo_for(photo, person_id=party).digest == "a" * 64
    for stranger in (world.person(), staff("admin")):
        with pytest.raises(NotFound):
            conversations.photo_for(photo, person_id=stranger)


def test_words_that_lead_away_are_marked(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    reply(at, thread, "加我微信，便宜10块", now=now)
    assert conversations.messages(thread)[-1].away == ("wechat",)


# ---- the desk ----------------------------------------------------------------------------------------------------


def test_filters_assignment_and_search(at: Stage, now: datetime) -> None:
    order = Subject("order", paid(at))
    one, two = (
        ask(at, "这件毛衣起球吗", now=now),
        ask(at, "什么时候发货 100%_a", subject=order, now=now + hours(1)),
    )
    ids = lambda **given: [view.id for view in conversations.desk(at.shop_id, **given)]  # noqa: E731
    assert ids() == [one, two] and ids(show="open") == [two, one]
    conversations.assign(two, at.owner_id, shop_id=at.shop_id, by=at.owner_id, now=now)
    assert ids(show="mine", member=at.owner_id) == [two]
    with pytest.raises(NotFound):
        conversations.assign(two, at.buyer_id, shop_id=at.shop_id, by=at.owner_id, now=now)
    assert ids(show="all", words="毛衣") == [one] and ids(show="all", words="100%_a") == [two]
    assert ids(show="all", words="%") == [two] and ids(show="all", words="\\") == []
    with pytest.raises(Refusal, match=r"talk\.owed"):
        conversations.close(one, side="shop", by=at.owner_id, shop_id=at.shop_id, now=now)
    reply(at, one, now=now + hours(2))
    conversations.close(one, side="shop", by=at.owner_id, shop_id=at.shop_id, now=now + hours(2))
    assert ids(show="closed") == [one] and ids() == [two]
    drain(now + hours(6))
    assert ids(show="late") == [two] and conversations.desk_count(at.shop_id).late == 1


def test_saved_answers_are_sorted_by_use(at: Stage, now: datetime) -> None:
    one = conversations.save_answer(at.shop_id, title="发货", words="{order}今天发", by=at.owner_id, now=now)
    two = conversations.save_answer(at.shop_id, title="尺码", words="偏大一码", by=at.owner_id, now=now)
    conversations.count_use(at.shop_id, one)
    assert [saved.id for saved in conversations.saved_answers(at.shop_id)] == [one, two]
    for title, words, code in (
        ("发货", "x", "saved.title"),
        ("y", "{price}", "saved.hole"),
        ("", "x", "saved.words"),
        ("z", "", "saved.words"),
    ):
        with pytest.raises(Invalid, match=code):
            conversations.save_answer(at.shop_id, title=title, words=words, by=at.owner_id, now=now)
    other = stage(slug="other")
    with pytest.raises(NotFound):
        conversations.forget_answer(other.shop_id, one, by=other.owner_id)
    conversations.forget_answer(at.shop_id, one, by=at.owner_id)
    assert [saved.id for saved in conversations.saved_answers(at.shop_id)] == [two]


# ---- the platform ------------------------------------------------------------------------------------------------


def test_the_platform_is_asked_in_answers_and_leaves(at: Stage, now: datetime) -> None:
    thread, helper = ask(at, now=now), staff()
    conversations.hand_over(thread, side="buyer", by=at.buyer_id, words="店铺不理人", now=now + hours(1))
    with pytest.raises(Refusal):
        conversations.hand_over(thread, side="shop", by=at.owner_id, shop_id=at.shop_id, now=now + hours(1))
    assert [view.id for view in conversations.queue()] == [thread]
    assert waits(thread) == [("shop", "waiting"), ("platform", "waiting")], "the shop still owes its answer"
    conversations.join(thread, by=helper, now=now + hours(2))
    conversations.join(thread, by=helper, now=now + hours(2))
    with pytest.raises(Refusal, match=r"talk\.taken"):
        conversations.join(thread, by=staff(), now=now + hours(2))
    with pytest.raises(Refusal, match=r"talk\.owed_by_us"):
        conversations.leave(thread, by=helper, now=now + hours(2))
    conversations.say(thread, side="platform", by=helper, text="我来看看", key=new_id(), now=now + hours(2))
    assert conversations.queue() == []
    buyer_says(at, thread, "谢谢", now=now + hours(3))
    assert seen_by(at, thread).from_platform is not None, "while it is in, the platform leads"
    conversations.say(thread, side="platform", by=helper, text="好", key=new_id(), now=now + hours(3))
    conversations.leave(thread, by=helper, now=now + hours(4))
    assert [m.event for m in conversations.messages(thread) if m.event] == ["handed_over", "joined", "left"]
    assert seen_by(at, thread).handover == "left"


def test_staff_do_not_speak_in_their_own_matter(at: Stage, now: datetime) -> None:
    from sanhao.people import api as people

    people.grant_role(at.owner_id, "admin", by=None, now=now)
    thread = ask(at, now=now)
    conversations.hand_over(thread, side="buyer", by=at.buyer_id, now=now)
    with pytest.raises(Forbidden, match=r"talk\.partial"):
        conversations.join(thread, by=at.owner_id, now=now)


def test_a_ticket_gets_an_answer_is_solved_rated_and_closes_by_itself(at: Stage, now: datetime) -> None:
    key, helper = new_id(), staff()
    given = {"topic": "decision", "title": "为什么扣了8.80元", "text": "包裹是按时发的", "by": at.owner_id}
    ticket = conversations.open_ticket(at.shop_id, key=key, now=now, **given)
    assert conversations.open_ticket(at.shop_id, key=key, now=now, **given) == ticket
    [queued] = conversations.queue()
    owed = queued.from_platform
    assert owed and owed.due_at == now + hours(8), "10:00 to 18:00 on a working day"
    with pytest.raises(NotFound):
        conversations.thread(ticket, side="buyer", by=at.buyer_id)
    conversations.say(
        ticket, side="platform", by=helper, text="揽收扫描晚了3小时", key=new_id(), now=now + hours(1)
    )
    with pytest.raises(Refusal):
        conversations.rate(ticket, "good", shop_id=at.shop_id, by=at.owner_id, now=now + hours(1))
    conversations.solve(ticket, side="platform", by=helper, now=now + hours(2))
    conversations.rate(ticket, "good", shop_id=at.shop_id, by=at.owner_id, now=now + hours(3))
    assert seen_by(at, ticket, "shop").rating == "good"
    drain(now + timedelta(days=4))
    assert seen_by(at, ticket, "shop").state == "closed"
    assert (
        conversations.tickets(at.shop_id)[0].id == ticket and conversations.desk(at.shop_id, show="all") == []
    )
    with pytest.raises(Invalid):
        conversations.open_ticket(at.shop_id, key=new_id(), now=now, **{**given, "topic": "gossip"})


# ---- evidence ----------------------------------------------------------------------------------------------------


def test_messages_are_frozen_in_the_file_of_a_case(at: Stage, now: datetime) -> None:
    thread, case = ask(at, "坏了", now=now), new_id()
    answer = reply(at, thread, "给你退", now=now)
    conversations.withdraw(answer, side="shop", by=at.owner_id, shop_id=at.shop_id, now=now)
    first = conversations.messages(thread)[0].id
    parties = {"person_id": at.buyer_id, "shop_id": at.shop_id}
    assert conversations.quote(case, [first, first], side="buyer", by=at.buyer_id, now=now, **parties) == 1
    assert conversations.quote(case, [first], side="shop", by=at.owner_id, now=now, **parties) == 0
    with pytest.raises(NotFound):
        conversations.quote(case, [answer], side="buyer", by=at.buyer_id, now=now, **parties)
    assert conversations.quote(case, [answer], side="shop", by=at.owner_id, now=now, **parties) == 1
    other = stage(slug="other")
    with pytest.raises(NotFound):
        conversations.quote(
            new_id(),
            [first],
            side="buyer",
            by=other.buyer_id,
            person_id=other.buyer_id,
            shop_id=other.shop_id,
            now=now,
        )
    said = conversations.quotes(case)
    assert [(one.quoted.text, one.quoted.withdrawn, one.sound) for one in said] == [
        ("坏了", False, True),
        ("给你退", True, True),
    ]
    with pytest.raises(IntegrityError):
        execute("UPDATE conversations_citation SET frozen = '{}'")


# ---- size --------------------------------------------------------------------------------------------------------


def test_ten_thousand_messages_are_read_page_by_page_with_as_many_queries(at: Stage, now: datetime) -> None:
    thread = ask(at, now=now)
    execute(
        "INSERT INTO conversations_message (id, thread_id, number, side, by_id, event, text, key, away, link_kind, at) "
        "SELECT gen_random_uuid(), %s, n, 'buyer', %s, '', 'm' || n, gen_random_uuid(), '{}', '', %s FROM generate_series(2, 10000) n",
        [thread, at.buyer_id, now],
    )
    execute("UPDATE conversations_thread SET last_no = 10000 WHERE id = %s", [thread])
    seen, before = [], None
    with CaptureQueriesContext(connection) as queries:
        while page := conversations.messages(thread, before=before):
            seen = [m.number for m in page] + seen
            before = page[0].number
    assert seen == list(range(1, 10_001)) and len(queries) == 201
    with CaptureQueriesContext(connection) as queries:
        conversations.thread(thread, side="buyer", by=at.buyer_id)
    assert len(queries) == 2
    reply(at, thread, now=now)
    assert seen_by(at, thread).last_no == 10_001
