"""The shop itself: hours, holidays, members, freight, rules, notices."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from tests.conftest import T0
from tests.faces.workbench.stage import ZH, Bench, Clock, client_of, url, words
from tests.goods import world
from tests.service import stage


@pytest.mark.parametrize(
    ("typed", "status", "kept"), [("24", 302, 24), ("", 302, None), ("0", 422, None), ("361", 422, None)]
)
def test_the_shops_own_promise(bench: Bench, typed: str, status: int, kept: int | None) -> None:
    assert client_of(bench.manager).post(url("settings/hours/"), {"hours": typed}).status_code == status
    assert shops.shop(bench.at.shop_id).ship_hours == kept


def test_holiday_and_back_and_only_an_owner_closes(bench: Bench) -> None:
    client = client_of(bench.manager)
    states = []
    for to in ("holiday", "open"):
        assert client.post(url("settings/state/"), {"to": to}).status_code == 302
        states.append(shops.shop(bench.at.shop_id).state)
    refused = client.post(url("settings/state/"), {"to": "closed"})
    assert states == ["holiday", "open"] and refused.status_code == 403
    assert "This takes the shop's owner or manager." in words(refused)
    assert shops.shop(bench.at.shop_id).state == "open"


def test_an_owner_adds_by_mail_and_lets_go(bench: Bench) -> None:
    email = people.card(bench.at.buyer_id).email
    client = client_of(bench.owner)
    assert client.post(url("settings/members/"), {"email": email.upper(), "role": "clerk"}).status_code == 302
    assert shops.require_member(bench.at.shop_id, bench.at.buyer_id).role == "clerk"
    client.post(url(f"settings/members/{bench.at.buyer_id}/remove/"))
    assert bench.at.buyer_id not in {member.person_id for member in shops.members(bench.at.shop_id)}


def test_nobody_by_that_mail_is_said_beside_the_field_and_asked_rarely(bench: Bench) -> None:
    client = client_of(bench.owner)
    found = [
        client.post(url("settings/members/"), {"email": f"n{n}@example.org", "role": "clerk"})
        for n in range(11)
    ]
    assert [answer.status_code for answer in found] == [422] * 10 + [429]
    assert "Nobody has signed up with this address yet." in words(found[0])


def test_the_last_owner_stays(bench: Bench) -> None:
    answer = client_of(bench.owner).post(url(f"settings/members/{bench.owner}/remove/"))
    assert answer.status_code == 409 and "A shop keeps at least one owner." in words(answer)


FREIGHT = {
    "name": "西北", "regions": "CN/新疆，CN/甘肃", "first_g": "1000", "first": "12", "extra_g": "500", "extra": "6.5", "free_over": "",
}  # fmt: skip


def test_freight_is_written_changed_and_removed(bench: Bench) -> None:
    client = client_of(bench.manager)
    assert client.post(url("freight/"), FREIGHT).status_code == 302
    card = next(c for c in delivery.freight_templates(bench.at.shop_id) if c.name == "西北")
    assert (set(card.regions), card.extra) == ({"CN/新疆", "CN/甘肃"}, stage.Money(650, "CNY"))
    assert (
        "西北 Xinjiang, Gansu" in words(client.get(url("freight/")))
        and 'value="西北"' in client.get(url(f"freight/?edit={card.id}")).content.decode()
    )
    changed = FREIGHT | {"id": str(card.id), "refuses": "on"}
    assert client.post(url("freight/"), changed).status_code == 302
    assert not next(c for c in delivery.freight_templates(bench.at.shop_id) if c.id == card.id).deliverable
    assert client.post(url(f"freight/{card.id}/remove/")).status_code == 302
    assert len(delivery.freight_templates(bench.at.shop_id)) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"regions": "Mars"}, "is not understood"),
        ({"regions": "*"}, "Another freight template"),
        ({"first": "-1"}, "prices not below"),
    ],
)
def test_freight_that_cannot_be_keeps_what_was_typed(bench: Bench, wrong: dict[str, str], said: str) -> None:
    answer = client_of(bench.owner).post(url("freight/"), FREIGHT | wrong)
    assert answer.status_code == 422 and said in words(answer) and 'value="西北"' in answer.content.decode()
    assert len(delivery.freight_templates(bench.at.shop_id)) == 1


COURIER = {
    "carrier": "gls", "surcharge": "8", "transit_days": "2", "regions": "CN/上海，CN/浙江", "name_zh": "", "name_en": "",
    "active": "on",
}  # fmt: skip


def test_a_courier_is_offered_changed_and_offered_no_more(bench: Bench) -> None:
    client = client_of(bench.manager)
    assert client.post(url("couriers/"), COURIER).status_code == 302
    [card] = delivery.services(bench.at.shop_id)
    assert (card.carrier, card.surcharge, card.transit_days) == ("gls", stage.Money(800, "CNY"), 2)
    assert set(card.regions) == {"CN/上海", "CN/浙江"}
    page = words(client.get(url("freight/")))
    assert "Couriers buyers may choose" in page and "¥14" in page, "what a buyer in Shanghai would pay"
    assert "¥14" not in words(client.get(url("freight/?place=CN/新疆")))
    assert 'value="8.00"' in client.get(url(f"freight/?service={card.id}")).content.decode()
    changed = COURIER | {"id": str(card.id), "transit_days": "3", "active": ""}
    assert client.post(url("couriers/"), changed).status_code == 302
    [card] = delivery.services(bench.at.shop_id)
    assert (card.transit_days, card.active) == (3, False)
    assert "not offered" in words(client.get(url("freight/")))
    assert client.post(url(f"couriers/{card.id}/remove/")).status_code == 302
    assert delivery.services(bench.at.shop_id) == []


def test_where_the_shop_does_not_send_the_preview_says_so(bench: Bench) -> None:
    draft = delivery.FreightDraft(
        "不发", ("CN/新疆",), stage.Money(0, "CNY"), stage.Money(0, "CNY"), deliverable=False
    )
    delivery.save_freight_template(bench.at.shop_id, draft)
    client = client_of(bench.manager)
    assert "You do not send there." in words(client.get(url("freight/?place=CN/新疆")))
    assert "You do not send there." not in words(client.get(url("freight/?place=CN/上海")))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"regions": "Mars"}, "is not understood"),
        ({"surcharge": "-1"}, "cannot be below zero"),
        ({"transit_days": "61"}, "60"),
        ({"carrier": "owl"}, "Select a valid choice"),
    ],
)
def test_a_courier_that_cannot_be_keeps_what_was_typed(
    bench: Bench, wrong: dict[str, str], said: str
) -> None:
    answer = client_of(bench.owner).post(url("couriers/"), COURIER | wrong)
    assert answer.status_code == 422 and said in words(answer)
    assert "CN/浙江" in answer.content.decode() or "Mars" in answer.content.decode()
    assert delivery.services(bench.at.shop_id) == []


def test_an_announced_rule_shows_its_date_and_what_changes(bench: Bench, clock: Clock) -> None:
    rule = rulebook.in_force("promise.late_shipment", at=T0)
    terms = rule.terms | {"scan_grace_hours": 4}
    title = rulebook.versions("promise.late_shipment")[0].title
    draft = rulebook.draft("promise.late_shipment", terms, title=title, reason="Storms", by=None, now=T0)
    client = client_of(bench.clerk)
    assert "Version 2" not in words(client.get(url("rules/promise.late_shipment/"))), "a draft binds nobody"
    rulebook.announce(draft, effective_at=T0 + timedelta(days=8), by=None, now=T0)
    said = words(client.get(url("rules/")))
    assert "Announced Late shipment pays version 2 · binds from" in said
    said = words(client.get(url("rules/promise.late_shipment/")))
    assert "Storms What changed Hours late scans are awaited before 2 now 4" in said


def test_an_announced_rule_says_what_it_would_have_cost_this_shop(bench: Bench, clock: Clock) -> None:
    stage.drain(clock.forward(50))
    title = rulebook.versions("promise.late_shipment")[0].title
    terms = {"ladder": [{"fixed_minor": 500}], "shop_cancel_pays": False}
    draft = rulebook.draft(
        "promise.late_shipment", terms, title=title, reason="Storms", by=None, now=clock.now
    )
    rulebook.announce(draft, effective_at=T0 + timedelta(days=20), by=None, now=clock.now)
    client = client_of(bench.owner)
    assert "It has not been replayed over the last month." in words(
        client.get(url("rules/promise.late_shipment/"))
    )
    stage.drain(clock.now)
    said = words(client.get(url("rules/promise.late_shipment/")))
    assert "It would have paid ¥5 (cases: 1, buyers: 1); the rule in force ¥3" in said
    assert "Your shop: ¥5 (cases: 1); under the rule in force ¥3" in said
    clerks = words(client_of(bench.clerk).get(url("rules/promise.late_shipment/")))
    assert "It would have paid ¥5" in clerks and "Your shop" not in clerks, "a clerk is not led to money"
    notice = words(client.get(url("notices/")))
    assert "What changes: what is paid" in notice


def test_an_unknown_rule_is_none(bench: Bench) -> None:
    assert client_of(bench.clerk).get(url("rules/promise.of.love/")).status_code == 404


def test_notices_lead_to_what_they_are_about_and_are_read(bench: Bench, clock: Clock) -> None:
    stage.drain(clock.forward(50))
    owner, clerk = client_of(bench.owner), client_of(bench.clerk)
    decision = stage.promise(bench.order)["decision_id"]
    assert url(f"debits/{decision}/") in owner.get(url("notices/")).content.decode()
    assert url(f"debits/{decision}/") not in clerk.get(url("notices/")).content.decode()
    assert "Mark all as read" in words(owner.get(url("notices/")))
    owner.post(url("notices/"))
    assert "Mark all as read" not in words(owner.get(url("notices/")))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "shipping/",
        "orders/",
        "debits/",
        "money/",
        "goods/",
        "goods/new/",
        "settings/",
        "freight/",
        "rules/",
        "notices/",
    ],
)
def test_empty_pages_say_what_to_do_in_both_languages(clock: Clock, path: str) -> None:
    fresh = world.stall("empty")
    stage.rules()
    for language in (ZH, "en"):
        answer = client_of(fresh.owner_id, language).get(url(path, "empty"))
        assert answer.status_code == 200 and "<h1" in answer.content.decode()
