"""People without an account, on the pages: the link from the mail, what it opens and what it never opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sanhao.books.payments import api as payments
from sanhao.goods.catalog import api as catalog
from sanhao.kit import time as kit_time
from sanhao.kit.money import Money
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.delivery import api as delivery
from sanhao.service.guests import api as guests
from sanhao.service.orders import api as orders
from tests.faces.storefront.stage import EN, ZH, client_of, words
from tests.faces.storefront.test_buying import fill
from tests.faces.storefront.test_cases import picture
from tests.service import stage as service
from tests.service.aftersales.stage import units
from tests.service.guests.stage import BERLIN, EMAIL, mailed, paid, person_of, tokens_in

pytestmark = pytest.mark.usefixtures("real")


@pytest.fixture
def at(real: None) -> service.Stage:
    service.rules()
    return service.stage(balance=100_000)


def arrived(at: service.Stage, number: str = "SF500001") -> UUID:
    """A guest's order that was signed for an hour ago."""
    now = kit_time.now()
    order = paid(at, now=now - timedelta(hours=30))
    parcel = service.ship(at, order, number, now=now - timedelta(hours=29))
    service.scan(parcel, "picked_up", at=now - timedelta(hours=28))
    service.scan(parcel, "delivered", at=now - timedelta(hours=1))
    return order


def with_link(order: UUID, language: str = EN) -> Client:
    client = client_of(None, language)
    answer = client.get(f"/o/{guests.token(order, guests.FIRST)}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/orders/{order}/")
    return client


def test_the_link_leaves_no_token_behind(at: service.Stage) -> None:
    order = paid(at, now=kit_time.now())
    token = guests.token(order, guests.FIRST)
    answer = client_of().get(f"/o/{token}/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert token not in answer.headers["Location"]


@pytest.mark.parametrize(
    ("language", "said"), [(ZH, "你正通过链接查看这个订单"), (EN, "You see this order by its link")]
)
def test_the_live_order_page_without_an_account(at: service.Stage, language: str, said: str) -> None:
    order = paid(at, now=kit_time.now())
    client = with_link(order, language)
    page = client.get(f"/orders/{order}/")
    assert (page.status_code, said in words(page)) == (200, True)
    assert client.get(f"/orders/{order}/live/").status_code == 200
    assert client.get(f"/paid/{orders.order(order).checkout_id}/").status_code == 200
    assert client.get(f"/orders/{order}/invoice/").status_code == 200
    for personal in ("/orders/", "/wallet/", "/notices/", "/me/", "/cases/"):
        assert client.get(personal).status_code == 302, "a link is no account"
    client.post("/orders/put-away/")
    assert client.get(f"/orders/{order}/").status_code == 302


def test_a_guest_cancels(at: service.Stage) -> None:
    order = paid(at, now=kit_time.now())
    assert with_link(order).post(f"/orders/{order}/cancel/").status_code == 302
    assert orders.order(order).state == "cancelled"


def test_a_guest_asks_proves_escalates_and_sends(at: service.Stage) -> None:
    order = arrived(at)
    client, now = with_link(order), kit_time.now()
    [line] = orders.order(order).lines
    photo = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    sent: dict[str, Any] = {"sent": "yes", f"units-{line.id}": "1", "reason": "broken", "photos": photo}
    assert client.post(f"/orders/{order}/help/", sent).status_code == 302
    [case] = aftersales.cases_of_orders([order], side="buyer")[order]
    assert (
        client.get(f"/cases/{case.id}/").status_code
        == client.get(f"/cases/{case.id}/live/").status_code
        == 200
    )
    [proof] = aftersales.evidence(case.id)
    assert client.get(f"/evidence/{proof.id}/").status_code == 200
    aftersales.reject(case.id, shop_id=at.shop_id, by=at.owner_id, words="It was whole", now=now)
    assert client.post(f"/cases/{case.id}/do/escalate/", {"text": "It is a hole"}).status_code == 302
    assert aftersales.case(case.id, side="buyer").state == "disputed"


def test_a_guest_disagrees_with_a_decision(at: service.Stage) -> None:
    order = paid(at, now=kit_time.now() - timedelta(hours=60))
    service.drain(kit_time.now())
    decision = service.promise(order)["decision_id"]
    client = with_link(order)
    assert client.get(f"/decisions/{decision}/").status_code == 200
    assert with_link(paid(at, now=kit_time.now())).get(f"/decisions/{decision}/").status_code == 302


def test_the_link_of_one_order_opens_nothing_of_another(at: service.Stage) -> None:
    mine, theirs = paid(at, now=kit_time.now()), arrived(at)
    asked = aftersales.request(
        theirs, person_id=person_of(theirs), units=units(theirs, 1), reason="no_reason", now=kit_time.now()
    )
    client = with_link(mine)
    for path in (f"/orders/{theirs}/", f"/orders/{theirs}/live/", f"/orders/{theirs}/help/", f"/cases/{asked}/",
                 f"/cases/{asked}/live/", f"/paid/{orders.order(theirs).checkout_id}/"):  # fmt: skip
        assert client.get(path).status_code == 302, path
    for path in (f"/orders/{theirs}/cancel/", f"/cases/{asked}/do/withdraw/"):
        assert client.post(path).status_code == 302, path
    assert aftersales.case(asked, side="buyer").state == "asked"


def test_a_revoked_link_closes_pages_that_are_open(at: service.Stage, mailoutbox: list[Any]) -> None:
    order = paid(at, now=kit_time.now())
    client, stranger = with_link(order), client_of()
    found = stranger.post("/orders/find/", {"number": orders.order(order).number, "email": EMAIL})
    assert (found.status_code, found.headers["Location"]) == (302, "/orders/find/sent/")
    assert stranger.get(f"/orders/{order}/").status_code == 302
    service.drain(kit_time.now())
    assert client.get(f"/orders/{order}/").status_code == 302
    replayed = client.get(f"/o/{guests.token(order, guests.FIRST)}/")
    assert (replayed.status_code, "does not open anything any more" in words(replayed)) == (410, True)
    [fresh] = tokens_in(mailoutbox[-1])
    assert client.get(f"/o/{fresh}/").status_code == 302
    assert client.get(f"/orders/{order}/").status_code == 200


@pytest.mark.parametrize(
    "sent", [{"number": "1", "email": EMAIL}, {"number": "261122999", "email": "x@example.org"}]
)
def test_finding_tells_a_stranger_nothing(at: service.Stage, sent: dict[str, str]) -> None:
    paid(at, now=kit_time.now())
    answer = client_of().post("/orders/find/", sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/orders/find/sent/")
    assert client_of().post("/orders/find/", {"number": "", "email": "x"}).status_code == 422


def test_the_owner_of_the_email_takes_over(at: service.Stage) -> None:
    order = paid(at, now=kit_time.now())
    anna = people.enrol([people.Enrolment(EMAIL, "Anna")], now=kit_time.now())[EMAIL]
    client = client_of(anna)
    assert "Something was bought with your e-mail" in words(client.get("/orders/"))
    assert client.get(f"/orders/{order}/").status_code == 404
    assert client.post("/orders/claim/").status_code == 302
    assert client.get(f"/orders/{order}/").status_code == 200
    assert str(order) in client.get("/orders/").content.decode()
    assert client_of(at.buyer_id).get(f"/orders/{order}/").status_code == 404


def test_the_log_keeps_no_token() -> None:
    import logging

    from sanhao.kit.logs import Secret

    record = logging.LogRecord("django.request", 30, "", 0, "%s: %s", ("Gone", "/o/WyJhYmNk:secret/"), None)
    assert Secret().filter(record)
    assert record.getMessage() == "Gone: /o/…/"


HOME = {"email": EMAIL, "recipient": "Anna Blum", "phone": "13800001111", "country": "CN", "region": "上海市",
        "city": "徐汇区", "street": "武康路100弄7号"}  # fmt: skip


def at_checkout(at: service.Stage, email: str = EMAIL, language: str = EN) -> Client:
    """Somebody without an account, one step before placing."""
    client = client_of(None, language)
    fill(client, at, 1)
    assert client.get("/checkout/").headers["Location"] == "/checkout/guest/"
    assert client.get("/checkout/guest/").status_code == 200
    assert client.post("/checkout/guest/", HOME | {"email": email}).headers["Location"] == "/checkout/"
    return client


@pytest.mark.parametrize(("language", "said"), [(ZH, "订单链接寄到"), (EN, "The link to the order goes to")])
def test_a_guest_buys_from_the_cart_to_the_order(
    at: service.Stage, language: str, said: str, mailoutbox: list[Any]
) -> None:
    client = at_checkout(at, language=language)
    page = client.get("/checkout/")
    assert (said in words(page), EMAIL in words(page), "¥206" in words(page)) == (True, True, True)
    answer = client.post("/checkout/", {"address": str(UUID(int=0)), "chosen": "yes"})
    pay = answer.headers["Location"]
    assert pay.startswith("/pay/")
    assert client.get(pay).status_code == 200
    assert client_of(at.buyer_id).get(pay).status_code == 404
    assert client_of().get(pay).status_code == 302
    checkout = UUID(pay.split("/")[2])
    payment = payments.payment_of("checkout", checkout)
    assert payment is not None
    now = kit_time.now()
    for call in payments.sandbox_pay(payment.id, "pay", now=now):
        payments.heard("sandbox", call.body, call.headers, now=now)
    assert client.get(f"/paid/{checkout}/").status_code == 200
    [order] = orders.order_ids_of(checkout)
    assert client.get(f"/orders/{order}/").status_code == 200
    mailed(now)
    assert [mail.to for mail in mailoutbox] == [[EMAIL]]
    assert client.get("/checkout/").status_code == 302, "nothing of the address is kept"
    assert "guest" not in client.session


def test_a_known_email_buys_like_an_unknown_one(at: service.Stage) -> None:
    anna = people.enrol([people.Enrolment(EMAIL, "Anna")], now=kit_time.now())[EMAIL]
    answers = []
    for email in (EMAIL, "nobody@example.org"):
        client = at_checkout(at, email)
        page = words(client.get("/checkout/")).replace(email, "…")
        placed = client.post("/checkout/", {"address": str(UUID(int=0)), "chosen": "yes"})
        answers.append((page, placed.status_code, placed.headers["Location"][:5]))
    assert answers[0] == answers[1]
    assert orders.orders_of(anna) == []


@pytest.mark.parametrize(
    "wrong", [{"email": "x"}, {"phone": "1"}, {"recipient": "\u202e"}, {"country": "XX"}]
)
def test_a_wrong_guest_is_told_beside_the_field_and_not_kept(
    at: service.Stage, wrong: dict[str, str]
) -> None:
    client = client_of()
    fill(client, at, 1)
    answer = client.post("/checkout/guest/", HOME | wrong)
    assert (answer.status_code, "aria-invalid" in answer.content.decode()) == (422, True)
    assert client.get("/checkout/").headers["Location"] == "/checkout/guest/"


def test_a_flood_of_guests_is_refused_and_holds_no_goods(at: service.Stage) -> None:
    for _ in range(5):
        assert at_checkout(at).post("/checkout/", {"address": str(UUID(int=0))}).status_code == 302
    sold = catalog.offers(at.offers, now=kit_time.now())[at.offers[0]].stock_left
    answer = at_checkout(at).post("/checkout/", {"address": str(UUID(int=0))})
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (429, True)
    assert catalog.offers(at.offers, now=kit_time.now())[at.offers[0]].stock_left == sold


def in_berlin(at: service.Stage) -> UUID:
    delivery.save_freight_template(
        at.shop_id, delivery.FreightDraft("EU", ("DE",), Money(3_000, "CNY"), Money(0, "CNY"))
    )
    now = kit_time.now()
    order = paid(at, home=BERLIN, now=now - timedelta(hours=30))
    parcel = service.ship(at, order, "SF600001", now=now - timedelta(hours=29))
    service.scan(parcel, "picked_up", at=now - timedelta(hours=28))
    service.scan(parcel, "delivered", at=now - timedelta(hours=1))
    return order


@pytest.mark.parametrize(
    ("language", "button"), [(ZH, "在此撤回合同"), (EN, "Withdraw from the contract here")]
)
def test_the_button_stands_on_orders_of_the_union(at: service.Stage, language: str, button: str) -> None:
    order = in_berlin(at)
    assert button in words(with_link(order, language).get(f"/orders/{order}/"))
    china = arrived(at)
    assert button not in words(with_link(china, language).get(f"/orders/{china}/"))
    assert "/withdraw/" in client_of().get("/").content.decode(), "and in every footer"


def test_two_steps_from_the_orders_page(at: service.Stage, mailoutbox: list[Any]) -> None:
    order = in_berlin(at)
    [line] = orders.order(order).lines
    client, path = with_link(order), f"/orders/{order}/withdraw/"
    first = client.get(path)
    assert (EMAIL in first.content.decode(), "Anna" in first.content.decode()) == (True, True)
    said = {"name": "Anna Blum", "email": EMAIL, f"units-{line.id}": "1"}
    second = client.post(path, said)
    assert (second.status_code, "Confirm withdrawal" in words(second)) == (200, True)
    assert guests.late_withdrawals() == guests.waiting_withdrawals() == [], (
        "nothing is declared before it is confirmed"
    )
    assert client.post(path, said | {"step": "confirm"}).headers["Location"] == f"/orders/{order}/"
    [case] = aftersales.cases_of_orders([order], side="buyer")[order]
    assert case.state == "to_send"
    service.drain(kit_time.now())
    assert any("withdrawal" in mail.subject for mail in mailoutbox)
    for wrong in ({f"units-{line.id}": "0"}, {f"units-{line.id}": "9"}, {"email": "x"}):
        assert client.post(path, said | {"step": "confirm"} | wrong).status_code == 422
    assert client_of().get(path).status_code == 302
    assert with_link(paid(at, now=kit_time.now())).get(path).status_code == 302


@pytest.mark.parametrize("fits", [True, False])
def test_without_the_link_every_answer_is_the_same(
    at: service.Stage, mailoutbox: list[Any], fits: bool
) -> None:
    order = in_berlin(at)
    service.drain(kit_time.now())
    mailoutbox.clear()
    client = client_of()
    number = orders.order(order).number if fits else "2611229999"
    said = {"name": "Anna Blum", "email": EMAIL, "number": number, "words": ""}
    assert "Confirm withdrawal" in words(client.post("/withdraw/", said))
    done = client.post("/withdraw/", said | {"step": "confirm"})
    assert (done.status_code, done.headers["Location"]) == (302, "/withdraw/sent/")
    assert "recorded with this moment" in words(client.get("/withdraw/sent/"))
    service.drain(kit_time.now())
    assert mailoutbox[0].subject == "We received your withdrawal"
    assert bool(aftersales.cases_of_orders([order], side="buyer").get(order)) == fits
    assert client.get(f"/orders/{order}/").status_code == 302
    assert client.post("/withdraw/", said | {"number": "x", "step": "confirm"}).status_code == 422


def test_who_holds_the_link_talks_with_the_shop_about_that_order_and_nothing_else(at: service.Stage) -> None:
    order, other = paid(at, now=kit_time.now()), paid(at, now=kit_time.now(), email="eve@example.org")
    client, stranger = with_link(order), with_link(other)
    about = f"/talks/about/order/{order}/"
    assert about in client.get(f"/orders/{order}/").content.decode()
    assert '/talks/"' not in client.get(about).content.decode(), "there is no inbox without an account"
    asked = client.post(about, {"text": "When does it leave?", "key": str(uuid4())})
    thread = asked.headers["Location"]
    assert "When does it leave?" in words(client.get(thread))
    assert client.get(f"{thread}live/").status_code == 200
    id = UUID(thread.split("/")[2])
    conversations.say(
        id, side="shop", by=at.owner_id, shop_id=at.shop_id, text="Tomorrow.", key=uuid4(), now=kit_time.now()
    )
    assert "Tomorrow." in words(client.get(thread))
    assert client.post(f"{thread}say/", {"text": "Thank you", "key": str(uuid4())}).status_code == 302
    assert "Thank you" in words(client.get(thread))
    for path in (about, thread, f"{thread}live/"):
        assert stranger.get(path).status_code == 302, "another link opens none of it"
    assert stranger.post(f"{thread}say/", {"text": "Mine?", "key": str(uuid4())}).status_code == 302
    assert client.get("/talks/").status_code == 302
    assert client.get(f"/talks/about/order/{other}/").status_code == 302
    assert client.get(f"/talks/about/shop/{at.shop_id}/").status_code == 302
    assert client.post(f"{thread}do/close/").status_code == 302
    assert "This conversation is closed" in words(client.get(thread))
    client.post(f"{thread}say/", {"text": "One thing more", "key": str(uuid4())})
    assert conversations.thread(id, side="buyer", by=person_of(order)).state == "open", (
        "who writes opens it again"
    )
    assert "Mine?" not in words(client.get(thread))
