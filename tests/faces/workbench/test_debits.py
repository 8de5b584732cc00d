"""Debits and appeals: the sum, the reason, the way to appeal."""

from __future__ import annotations

from uuid import UUID

import pytest

from sanhao.fairness.decisions import api as decisions
from sanhao.people import api as people
from tests.faces.workbench.stage import Bench, Clock, a_bench, client_of, url, words
from tests.goods import world
from tests.service import stage

WHY = "The courier came at noon and forgot to scan."


@pytest.fixture
def decision(bench: Bench, clock: Clock) -> UUID:
    stage.drain(clock.forward(50))
    id = stage.promise(bench.order)["decision_id"]
    assert isinstance(id, UUID)
    return id


def test_the_list_says_sum_reason_purse_and_appeal_in_this_order(bench: Bench, decision: UUID) -> None:
    said = words(client_of(bench.manager).get(url("debits/")))
    parts = [
        "¥3 ¥3 compensation, because the parcel was not collected by Wednesday 10:00",
        "¥3 from the balance",
        "Appeal",
    ]
    assert [said.index(part) for part in parts] == sorted(said.index(part) for part in parts)


def test_a_decision_opens_to_its_facts_rule_and_order(bench: Bench, decision: UUID) -> None:
    said = words(client_of(bench.owner).get(url(f"debits/{decision}/")))
    assert "First scan of line 1 none was heard" in said
    assert "Paid for the goods ¥300" in said
    assert "Version 1, frozen on the order when it was paid." in said
    assert bench.order_number() in said
    assert "The buyer reads: Your ¥3 coupon is here" in said


def test_where_the_money_came_from_is_read_in_the_book(clock: Clock) -> None:
    poor = a_bench(balance=100)
    stage.drain(clock.forward(50))
    said = words(client_of(poor.owner).get(url("debits/")))
    assert "¥1 from the balance, ¥2 from the deposit" in said


def test_a_shop_appeals_once_and_reads_the_answer(bench: Bench, clock: Clock, decision: UUID) -> None:
    client = client_of(bench.owner)
    assert client.post(url(f"debits/{decision}/appeal/"), {"text": WHY}).status_code == 302
    said = words(client.get(url(f"debits/{decision}/")))
    assert (
        WHY in said and "A person looks at it. The answer comes by" in said and "Why it is wrong" not in said
    )
    again = client.post(url(f"debits/{decision}/appeal/"), {"text": WHY})
    assert again.status_code == 422 and "This decision has been appealed already." in words(again)
    arbiter = world.person()
    people.grant_role(arbiter, "arbiter", by=None, now=clock.now)
    appeal = decisions.appeals_of([decision])[decision]
    decisions.decide_appeal(appeal.id, uphold=False, by=arbiter, answer="The camera shows it.", now=clock.now)
    stage.drain(clock.now)
    said = words(client.get(url(f"debits/{decision}/")))
    assert "You were right: the money is back. The camera shows it." in said
    assert stage.purse(bench.at.shop_id) == (10_000, 5_000, 0)


@pytest.mark.parametrize("text", ["", "no", "x" * 2_001])
def test_an_appeal_has_words(bench: Bench, decision: UUID, text: str) -> None:
    answer = client_of(bench.owner).post(url(f"debits/{decision}/appeal/"), {"text": text})
    assert answer.status_code == 422
    assert decisions.decision(decision).state == "standing"


def test_after_its_time_an_appeal_is_refused_in_words(bench: Bench, clock: Clock, decision: UUID) -> None:
    clock.forward(24 * 31)
    client = client_of(bench.owner)
    assert "The time to appeal ended" in words(client.get(url(f"debits/{decision}/")))
    answer = client.post(url(f"debits/{decision}/appeal/"), {"text": WHY})
    assert answer.status_code == 422 and "The time to appeal has passed." in words(answer)


def test_another_shops_decision_does_not_exist_here(bench: Bench, decision: UUID) -> None:
    other = world.stall("peanest")
    client = client_of(other.owner_id)
    assert client.get(url(f"debits/{decision}/", "peanest")).status_code == 404
    assert client.post(url(f"debits/{decision}/appeal/", "peanest"), {"text": WHY}).status_code == 404
    assert decisions.decision(decision).state == "standing"


def test_what_went_back_out_of_the_order_is_no_debit_of_nothing(bench: Bench, clock: Clock) -> None:
    """An order that its shop gives up is paid back out of what is held for it: list and file say so, to the cent."""
    total = stage.orders.order(bench.order).total
    stage.orders.cancel_by_shop(
        bench.order, shop_id=bench.at.shop_id, by=bench.owner, reason="none left", now=clock.now
    )
    stage.drain(clock.forward(1))
    client = client_of(bench.owner)
    said = words(client.get(url("debits/")))
    assert f"{total.format('en')} from what was held for the order" in said
    sheet = client.get(url("debits.csv"))
    lines = sheet.getvalue().decode().splitlines()
    assert lines[0].startswith("\ufeffDecided at,What was decided,In all,From the order,")
    assert [line for line in lines if f",{total.amount},{total.amount},0" in line]
