"""Money: balances, the statement, its file, and play money in a demo world."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest

from sanhao.kit.ids import new_id
from tests.faces.workbench.stage import ZH, Bench, Clock, client_of, url, words
from tests.service import stage


def _rows(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text[1:])))


def test_what_the_shop_has_and_what_moved_it(bench: Bench, clock: Clock) -> None:
    stage.drain(clock.forward(50))
    said = words(client_of(bench.manager).get(url("money/")))
    assert "¥97 Balance ¥50 Deposit ¥0 Owed to the platform" in said
    assert "Compensation for a broken promise" in said and "−¥3" in said and "+¥100" in said


def test_the_statement_as_a_file_holds_every_line_newest_first(bench: Bench, clock: Clock) -> None:
    stage.drain(clock.forward(50))
    answer = client_of(bench.manager).get(url("money/statement.csv"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="qingcao-balance-20260304.csv"'
    head, *lines = _rows(answer)
    assert head == ["Time", "What happened", "Amount", "Currency", "About", "Decision", "Entry"]
    assert [(line[0], line[1], line[2], line[3]) for line in lines] == [
        ("2026-03-04T12:00:00+08:00", "Compensation for a broken promise", "-3.00", "CNY"),
        ("2026-03-02T10:00:00+08:00", "Paid in to the balance", "100.00", "CNY"),
    ]
    assert lines[0][5] == str(stage.promise(bench.order)["decision_id"])


def test_the_file_is_in_the_readers_language(bench: Bench) -> None:
    head, *lines = _rows(client_of(bench.owner, ZH).get(url("money/statement.csv?account=deposit")))
    assert head[:3] == ["时间", "事由", "金额"] and lines[0][1:3] == ["存入保证金", "50.00"]


def test_the_file_is_sent_a_page_of_the_book_at_a_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sanhao.faces.workbench.views.money._AT_ONCE", 2)
    for n in range(4):
        stage.shops.top_up(bench.at.shop_id, stage.Money(n + 1, "CNY"), now=stage.T0, key=f"more:{n}")
    _head, *lines = _rows(client_of(bench.owner).get(url("money/statement.csv")))
    assert [line[2] for line in lines] == ["0.04", "0.03", "0.02", "0.01", "100.00"]


def test_play_money_arrives_once_however_often_it_is_sent(bench: Bench) -> None:
    client, form = client_of(bench.owner), {"to": "deposit", "amount": "12.30", "key": str(new_id())}
    assert [client.post(url("money/paid-in/"), form).status_code for _ in range(2)] == [302, 302]
    assert stage.purse(bench.at.shop_id) == (10_000, 6_230, 0)


@pytest.mark.parametrize("amount", ["0", "-5", "1.234", "many", "", "1e3000000"])
def test_play_money_that_is_none_is_refused_beside_the_form(bench: Bench, amount: str) -> None:
    form = {"to": "balance", "amount": amount, "key": str(new_id())}
    answer = client_of(bench.owner).post(url("money/paid-in/"), form)
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.content.decode()
    assert stage.purse(bench.at.shop_id) == (10_000, 5_000, 0)
