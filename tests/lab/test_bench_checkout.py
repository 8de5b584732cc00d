"""The checkout bench in small: what it counts is right, and an order does not grow dear unnoticed."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from sanhao.kit import time as kit_time
from sanhao.lab.bench import meter, selling, visiting
from sanhao.lab.bench.market import buyers, open_market

MOST_STATEMENTS = 23


@pytest.fixture
def quiet() -> Console:
    return Console(file=StringIO())


@pytest.mark.django_db(transaction=True)
def test_an_order_of_two_lines_costs_no_more_statements_than_it_did() -> None:
    kit_time.found_world(is_demo=True)
    [goods] = open_market(shop_count=1, now=kit_time.now())
    warm, counted = buyers("buyer", [goods.offer_ids] * 2, now=kit_time.now())
    selling.buy(warm)
    placing, paying = selling.count(counted)
    assert placing + paying <= MOST_STATEMENTS


@pytest.mark.django_db(transaction=True)
def test_statements_are_counted_as_the_server_sees_them() -> None:
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE counted (n int)")
        found: list[str] = []
        with (
            meter.counted(found),
            transaction.atomic(),
            cursor.cursor.copy("COPY counted FROM STDIN") as copy,
        ):
            copy.write_row([1])
        cursor.execute("DROP TABLE counted")
    assert [said.split()[0] for said in found] == ["BEGIN", "COPY", "COMMIT"]


@pytest.mark.django_db(transaction=True)
def test_a_rush_sells_exactly_what_there_is(monkeypatch: pytest.MonkeyPatch, quiet: Console) -> None:
    kit_time.found_world(is_demo=True)
    monkeypatch.setattr(selling, "UNITS", 5)
    monkeypatch.setattr(selling, "CROWD", 24)
    open_market(shop_count=1, now=kit_time.now())
    assert selling.hold_rush(quiet, threads=6)
    assert selling.sound(quiet)


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([], 0.99, 0.0), ([3.0], 0.5, 3.0), ([1.0, 2.0, 3.0, 4.0], 0.5, 3.0), (list(range(200)), 0.99, 198)],
)
def test_a_percentile_is_a_value_that_was_measured(values: list[float], share: float, found: float) -> None:
    assert visiting.percentile(values, share) == found
