"""Conversations as people meet them: a buyer asks, a shop answers at its desk, the platform joins; without script."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import limits
from sanhao.kit import time as kit_time
from sanhao.people import api as people
from sanhao.service.conversations import api as conversations
from tests.faces.storefront.stage import client_of, person, words
from tests.goods import world
from tests.service import stage as service
from tests.service.conversations import stage as talks
from tests.service.stage import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> Stage:
    kit_time.found_world(is_demo=True)
    limits.forget_local()
    now = kit_time.now()
    service.rules(now)
    here = service.stage(balance=50_000)
    people.rename(here.buyer_id, "Leo")
    people.rename(here.owner_id, "Urna")
    return here


def listing(at: Stage) -> UUID:
    return catalog.offers(at.offers, now=kit_time.now())[at.offers[0]].listing_id


def test_from_a_listing_to_an_answer_without_any_script(at: Stage) -> None:
    buyer, owner = client_of(at.buyer_id), client_of(at.owner_id)
    page = buyer.get(f"/goods/{listing(at)}/")
    about = f"/talks/about/listing/{listing(at)}/"
    assert about in page.content.decode()
    asked = buyer.post(about, {"text": "Does it pill?", "key": str(uuid4())})
    thread = asked.headers["Location"]
    assert buyer.get(about).headers["Location"] == thread, (
        "who asks again comes back to the same conversation"
    )
    assert "Does it pill?" in words(buyer.get(thread)) and "The shop answers until" in words(
        buyer.get(thread)
    )
    desk = words(owner.get("/workbench/qingcao/talks/"))
    assert "Leo" in desk and "Does it pill?" in desk
    there = f"/workbench/qingcao{thread}"
    assert "Answer until" in words(owner.get(there))
    owner.post(
        f"{there}say/", {"text": "No, it does not.", "key": str(uuid4()), "link": f"listing:{listing(at)}"}
    )
    assert "Everybody has an answer" in words(owner.get("/workbench/qingcao/talks/"))
    inbox = words(buyer.get("/talks/"))
    assert "No, it does not." in inbox and "1 new" in inbox
    assert "Cashmere sweater" in words(buyer.get(thread))
    assert "1 new" not in words(buyer.get("/talks/")), "who opens it has read it"
    assert "read" in words(owner.get(there))


def test_what_was_typed_is_text_and_nothing_else(at: Stage) -> None:
    thread = talks.ask(at, "<script>alert(1)</script>\u202e{{ key }}", now=kit_time.now())
    page = client_of(at.buyer_id).get(f"/talks/{thread}/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ key }}" in page and "<script>alert" not in page


def test_what_was_refused_is_not_lost(at: Stage) -> None:
    thread = talks.ask(at, now=kit_time.now())
    key = str(uuid4())
    answer = client_of(at.buyer_id).post(f"/talks/{thread}/say/", {"text": "好" * 2001, "key": key})
    assert (
        answer.status_code == 422
        and "好" * 1999 in answer.content.decode()
        and key in answer.content.decode()
    )
    assert "At most 2,000 characters" in words(answer)


def test_htmx_gets_the_part_with_a_fresh_key_and_a_word_for_the_screen_reader(at: Stage) -> None:
    thread = talks.ask(at, now=kit_time.now())
    key = str(uuid4())
    answer = client_of(at.buyer_id).post(
        f"/talks/{thread}/say/", {"text": "Hello?", "key": key}, headers={"HX-Request": "true"}
    )
    part = answer.content.decode()
    assert (
        "<html" not in part and 'id="talk-key"' in part and key not in part and 'hx-swap-oob="true"' in part
    )
    talks.reply(at, thread, "Hello!", now=kit_time.now())
    live = client_of(at.buyer_id).get(f"/talks/{thread}/live/").content.decode()
    assert 'id="talk-news" hx-swap-oob="innerHTML"' in live


def test_the_buyer_is_warned_of_a_way_that_leads_away(at: Stage) -> None:
    thread = talks.ask(at, now=kit_time.now())
    talks.reply(at, thread, "加我微信 qingcao88", now=kit_time.now())
    assert "This leads away from here" in words(client_of(at.buyer_id).get(f"/talks/{thread}/"))
    assert "This leads away" not in words(client_of(at.owner_id).get(f"/workbench/qingcao/talks/{thread}/"))


def test_the_platform_joins_and_says_who_speaks(at: Stage) -> None:
    thread, helper = talks.ask(at, now=kit_time.now()), person("zhou")
    people.grant_role(helper, "support", by=None, now=kit_time.now())
    staff, buyer = client_of(helper), client_of(at.buyer_id)
    assert staff.get(f"/control/talks/{thread}/").status_code == 404
    buyer.post(f"/talks/{thread}/do/platform/", {"words": "Nobody answers"})
    assert "Nobody answers" in words(staff.get("/control/talks/"))
    staff.post(f"/control/talks/{thread}/say/", {"text": "Let me look.", "key": str(uuid4())})
    seen = words(buyer.get(f"/talks/{thread}/"))
    assert "The platform is here now · Zhou" in seen and "Platform · Zhou" in seen and "Let me look." in seen
    assert "Nobody waits for us" in words(staff.get("/control/talks/"))


def test_a_ticket_from_question_to_one_tap(at: Stage) -> None:
    owner, helper = client_of(at.owner_id), person("zhou")
    people.grant_role(helper, "admin", by=None, now=kit_time.now())
    sent = owner.post(
        "/workbench/qingcao/tickets/",
        {"topic": "money", "title": "When is my payout?", "text": "It says tomorrow.", "key": str(uuid4())},
    )
    ticket = sent.headers["Location"]
    thread = ticket.rstrip("/").rsplit("/", 1)[1]
    client_of(helper).post(
        f"/control/talks/{thread}/say/", {"text": "Tomorrow at nine.", "key": str(uuid4())}
    )
    client_of(helper).post(f"/control/talks/{thread}/do/solve/")
    assert "How was the answer?" in words(owner.get(ticket))
    owner.post(f"{ticket}do/rate/", {"rating": "good"})
    assert "it helped" in words(client_of(helper).get("/control/talks/"))
    clerk = world.person()
    shops.add_member(at.shop_id, clerk, "clerk", by=at.owner_id, now=kit_time.now())
    assert client_of(clerk).get(ticket).status_code == 403
    assert client_of(clerk).get("/workbench/qingcao/talks/").status_code == 200


def test_service_hours_are_set_shown_and_refused_with_what_was_typed(at: Stage) -> None:
    owner, base = client_of(at.owner_id), "/workbench/qingcao/talks/hours/"
    given = {
        "on-0": "on",
        "opens-0": "10:00",
        "closes-0": "23:59",
        "rests": "on",
        "closed": "2026-12-24\n2026-12-25",
    }
    assert owner.post(base, given).status_code == 302
    mine = conversations.hours_of(shops.shop(at.shop_id), conversations.in_force(kit_time.now())[1])
    assert mine.week[0] == (600, 1_440) and mine.week[1:] == (None,) * 6 and mine.calendar == "CN"
    assert "2026-12-25" in owner.get(base).content.decode()
    for wrong in ({"on-0": "on", "opens-0": "later", "closes-0": "12:00"}, {**given, "closed": "yesterday"}, {"closed": ""},
                  {"on-0": "on", "opens-0": "12:00", "closes-0": "11:00"}):  # fmt: skip
        answer = owner.post(base, wrong)
        assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()


def test_saved_answers_are_filled_in_beside_a_conversation(at: Stage) -> None:
    owner = client_of(at.owner_id)
    owner.post(
        "/workbench/qingcao/talks/answers/", {"title": "Hello", "words": "Hello {buyer}, {goods} is fine."}
    )
    order = service.paid(at, now=kit_time.now())
    thread = talks.ask(at, subject=talks.Subject("order", order), now=kit_time.now())
    page = owner.get(f"/workbench/qingcao/talks/{thread}/")
    assert "Hello Leo, Cashmere sweater is fine." in words(page)
    [saved] = conversations.saved_answers(at.shop_id)
    owner.post(
        f"/workbench/qingcao/talks/{thread}/say/",
        {"text": "Hello Leo", "key": str(uuid4()), "saved": str(saved.id)},
    )
    assert conversations.saved_answers(at.shop_id)[0].used == 1


def test_pages_cost_as_many_queries_for_one_message_as_for_fifty(at: Stage) -> None:
    now = kit_time.now() - timedelta(hours=3)
    thread = talks.ask(at, now=now)
    buyer, owner = client_of(at.buyer_id), client_of(at.owner_id)
    paths = ((buyer, f"/talks/{thread}/"), (buyer, "/talks/"), (owner, f"/workbench/qingcao/talks/{thread}/"), (owner, "/workbench/qingcao/talks/?show=open"))  # fmt: skip
    few = [_queries(*one) for one in paths]
    for n in range(25):
        talks.reply(at, thread, f"{n}", link=talks.Subject("listing", listing(at)), now=now)
        talks.buyer_says(at, thread, f"{n}?", now=now)
    for _ in range(4):
        talks.ask(at, subject=talks.Subject("order", service.paid(at, now=now)), now=now)
    assert [max(0, many - before) for many, before in zip([_queries(*one) for one in paths], few, strict=True)] <= [3, 3, 3, 3]  # fmt: skip


def _queries(client: object, path: str) -> int:
    client.get(path)  # what is marked as read is marked
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_a_saved_answer_is_changed_in_its_place(at: Stage) -> None:
    owner, path = client_of(at.owner_id), "/workbench/qingcao/talks/answers/"
    owner.post(path, {"title": "Wash", "words": "By hand, cold"})
    [one] = conversations.saved_answers(at.shop_id)
    page = owner.get(f"{path}?edit={one.id}").content.decode()
    assert f'name="answer" value="{one.id}"' in page and "By hand, cold" in page
    assert (
        owner.post(path, {"answer": str(one.id), "title": "Washing", "words": "By hand"}).status_code == 302
    )
    [again] = conversations.saved_answers(at.shop_id)
    assert (again.id, again.title, again.words) == (one.id, "Washing", "By hand")
    gone = owner.post(path, {"answer": str(uuid4()), "title": "X", "words": "Nothing there"})
    assert (gone.status_code, len(conversations.saved_answers(at.shop_id))) == (404, 1)
