"""Three days at work: a shop that shipped late twice and once in time, an appeal, a draft, a message nobody can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from sanhao.books.wallet import api as wallet
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import time as kit_time
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.guests import api as guests
from sanhao.service.orders import api as orders
from tests.conftest import T0
from tests.service import stage as service

NOW = T0 + timedelta(days=3)
STAFF = ("admin", "arbiter", "finance", "support")
LATE = "promise.late_shipment"
Enter = Callable[..., Client]


@pytest.fixture(autouse=True)
def _clock(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Business time stands still at NOW, in a demo world whose clock is asked once."""
    kit_time.found_world(is_demo=True)
    monkeypatch.setattr(kit_time, "machine_now", lambda: NOW)
    monkeypatch.setattr(kit_time, "_REFRESH_SECONDS", 1e9)
    kit_time.now()


@dataclass
class Desk:
    at: service.Stage
    people: dict[str, UUID]
    orders: list[UUID]
    decision: UUID
    """The one nobody has appealed yet; `appealed` belongs to `appeal`."""
    appealed: UUID
    appeal: UUID

    def decided(self) -> decisions.DecisionView:
        return decisions.decision(self.decision)


@pytest.fixture
def desk() -> Desk:
    service.rules()
    at = service.stage(balance=200, deposit=1_000)
    who = {"buyer": at.buyer_id, "owner": at.owner_id}
    for role in STAFF:
        who[role] = people.enrol([people.Enrolment(f"{role}@example.org", role.title())], now=T0)[
            f"{role}@example.org"
        ]
        people.grant_role(who[role], role, by=None, now=T0)
    late = [service.paid(at, now=T0 + service.hours(n)) for n in (0, 1)]
    kept = service.paid(at, now=T0 + service.hours(2))
    service.scan(
        service.ship(at, kept, "SF100001", now=T0 + service.hours(3)), "picked_up", at=T0 + service.hours(4)
    )
    running = service.paid(at, now=T0 + service.hours(60))
    service.drain(NOW)
    first, second = (service.promise(order)["decision_id"] for order in late)
    appeal = decisions.appeal(
        first, by=at.owner_id, shop_id=at.shop_id, text="The courier came, the scan did not.", now=NOW
    )
    return Desk(at, who, [*late, kept, running], second, first, appeal)


@pytest.fixture
def draft(desk: Desk) -> UUID:
    """A draft of the next version: five yuan instead of three."""
    title = rulebook.versions(LATE)[0].title
    terms = {"ladder": [{"fixed_minor": 500}]}
    return rulebook.draft(
        LATE, terms, title=title, reason="Waiting is worth more.", by=desk.people["admin"], now=NOW
    )


def unreadable(now: datetime = NOW) -> UUID:
    """A message of the sandbox courier about a parcel from nowhere, with markup in it."""
    body, headers = delivery.sandbox_body(
        "NOWHERE-1", "picked_up", now=now, place="<script>alert(1)</script>"
    )
    delivery.receive("sandbox", body, headers, now=now)
    service.drain(now)
    return delivery.refused_messages()[0].id


def a_withdrawal(now: datetime = NOW) -> UUID:
    """Somebody withdrew from an order that nobody knows."""
    id = guests.declare(guests.Declaration("Anna Blum", "anna@example.org", "123"), now=now)
    guests.open_withdrawal(id)
    return id


def an_issue(by: UUID, kind: wallet.FunderKind = "platform", funder: str = "platform") -> UUID:
    """A draft of coupons for everything: ¥8 off ¥88, a hundred of them, for a month."""
    draft = wallet.IssueDraft(
        kind, funder, Text(zh="见面礼", en="Nice to meet you"), Money(800, "CNY"), Money(8_800, "CNY"),
        Money(80_000, "CNY"), NOW, NOW + timedelta(days=30),
    )  # fmt: skip
    return wallet.draft_issue(draft, by=by, now=NOW)


def a_finding(desk: Desk, by: str = "admin") -> UUID:
    """Everything the shop sold is recalled."""
    return aftersales.raise_finding(
        "recall", orders.Within((desk.at.shop_id,)), by=desk.people[by], now=NOW, evidence="SAMR notice 2026-118",
        reason=Text(zh="检测不合格，已下令召回", en="It failed a safety test and was recalled"),
    )  # fmt: skip


@pytest.fixture
def enter(desk: Desk) -> Enter:
    """``enter("admin")``: a browser of this person, in English; of a guest without a name."""

    def signed_in(role: str = "", language: str = "en") -> Client:
        client = Client()
        client.cookies["sanhao_language"] = language
        if role:
            client.force_login(people.Person.objects.get(pk=desk.people[role]))
        return client

    return signed_in
