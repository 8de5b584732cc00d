"""The mail that confirms a payment comes once for a checkout; and who never paid is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from sanhao.kit import keeper
from sanhao.kit.rows import fetch
from sanhao.kit.wording import fours
from sanhao.people import api as people
from sanhao.service.guests.actions import confirm
from sanhao.service.guests.wiring import CONFIRM
from sanhao.service.orders import api as orders
from tests.conftest import T0
from tests.service import stage as service
from tests.service.guests.stage import EMAIL, mailed, opens, paid, person_of, placed, tokens_in

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def at(db: None) -> service.Stage:
    service.rules()
    return service.stage(balance=100_000)


def test_who_has_an_account_gets_one_mail_for_all_that_was_paid_together(
    at: service.Stage, mailoutbox: list[Any]
) -> None:
    other = service.stage(slug="haicao")
    both = service.Stage(at.shop_id, at.owner_id, at.buyer_id, at.address_id, [at.offers[0], other.offers[0]])
    bought = service.place(both, (1, 2))
    service.pay(bought, now=T0)
    mailed(T0)
    [mail] = mailoutbox
    for id in bought.order_ids:
        order = orders.order(id)
        assert fours(order.number) in mail.subject
        assert f"/orders/{id}/" in mail.body
        assert order.lines[0].title.en in mail.body
    assert tokens_in(mail) == [], "who signs in needs no link that opens everything"
    assert "¥612" in mail.body
    assert "(until Wednesday 4 March, 10:00)" in mail.body, "until when the parcel is handed over"
    mailed(T0 + DAY)
    assert len(mailoutbox) == 1


def test_a_chinese_reader_reads_chinese_and_a_guest_gets_the_link(
    at: service.Stage, mailoutbox: list[Any]
) -> None:
    order = paid(at, language="zh-hans")
    mailed(T0)
    [mail] = mailoutbox
    assert ("付款已收到" in mail.body, "your payment" in mail.body, mail.to) == (True, False, [EMAIL])
    [token] = tokens_in(mail)
    assert opens(token, now=T0) == person_of(order)


def test_a_keeper_that_dies_before_it_commits_has_sent_nothing(
    at: service.Stage, mailoutbox: list[Any]
) -> None:
    service.paid(at)
    with service.errands(), pytest.raises(RuntimeError), transaction.atomic():
        service.drain(T0)
        raise RuntimeError("killed")
    assert mailoutbox == []
    mailed(T0)
    assert len(mailoutbox) == 1


def test_one_that_dies_after_sending_sends_the_very_same_mail(
    at: service.Stage, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can know whether it was sent: so it is sent again, and its Message-ID tells the mailbox that it is the same."""
    service.paid(at)
    with monkeypatch.context() as killed:
        killed.setattr(confirm, "_sent", lambda id, now: None)
        mailed(T0)
    assert keeper.tick(CONFIRM, T0 + 9 * MINUTE) == 0
    mailed(T0 + 10 * MINUTE)
    mailed(T0 + 2 * DAY)
    first, second = mailoutbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_a_mail_server_that_is_away_is_tried_again(
    at: service.Stage, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    service.paid(at)

    def away(*_: Any, **__: Any) -> None:
        raise OSError("no route to the mail server")

    with monkeypatch.context() as gone:
        gone.setattr("django.core.mail.EmailMessage.send", away)
        mailed(T0)
    assert fetch("SELECT 1 FROM guests_confirmation WHERE sent_at IS NOT NULL") == []
    mailed(T0 + 10 * MINUTE)
    assert len(mailoutbox) == 1
    assert fetch("SELECT due_at FROM guests_confirmation WHERE sent_at IS NOT NULL") == [{"due_at": None}]


def test_who_never_paid_is_forgotten_and_who_did_is_not(at: service.Stage) -> None:
    lapsed, bought = placed(at), paid(at, email="paid@example.org")
    [never], payer = [orders.order(id).person_id for id in lapsed.order_ids], person_of(bought)
    service.drain(T0 + DAY)
    assert orders.order(lapsed.order_ids[0]).state == "expired"
    service.drain(T0 + 29 * DAY)
    assert people.cards([never])[never].email == EMAIL
    service.drain(T0 + 31 * DAY)
    card = people.cards([never])[never]
    assert (card.name, card.email) == ("—", f"forgotten@{never}.invalid")
    assert fetch("SELECT 1 FROM people_address WHERE person_id = %s", [never]) == []
    where = orders.order(lapsed.order_ids[0]).address
    assert (where["recipient"], where["phone"], where["street"], where["country"]) == ("", "", "", "CN")
    assert people.cards([payer])[payer].email == "paid@example.org"
    assert orders.order(bought).address["recipient"] != ""
    assert fetch("SELECT email FROM people_guest WHERE email LIKE 'anna%%'") == []
