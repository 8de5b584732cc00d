"""Importing histories: into demo worlds only, once however often it is done, each part of it where it belongs."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from sanhao.books.ledger import api as ledger
from sanhao.cli import main
from sanhao.goods.shops import api as shops
from sanhao.kit import keeper, time
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.lab.imports import actions, core
from sanhao.lab.imports.command import Imported, import_history
from sanhao.lab.imports.queries import find, places, progress
from sanhao.lab.wiring import HISTORY
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

MAPPING = """
[file]
currency = "CNY"
timezone = "Asia/Shanghai"
[columns]
order_id = "o"
shop = "s"
bought_at = "b"
promised_at = "p"
collected_at = "c"
delivered_at = "d"
goods = "g"
freight = "f"
status = "st"
"""
ROWS = """o,s,b,p,c,d,g,f,st
in time,pea,2020-03-02,2020-03-10,2020-03-03,2020-03-09,30,5,
late,pea,2020-03-02,2020-03-10,2020-03-03,2020-03-12,30,5.25,
two,pea,2020-03-02,2020-03-10,2020-03-03,2020-03-12,20,1,
two,tea,2020-03-02,2020-03-10,2020-03-04,2020-03-12,10,2,
gone,tea,2020-03-02,2020-03-10,,,61,6,unavailable
never,tea,2020-03-02,2020-03-10,,,7,see mail,
"""
KINDS = "late_delivery,non_delivery"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    history, mapping = tmp_path / "Past orders.csv", tmp_path / "mapping.toml"
    history.write_text(ROWS)
    mapping.write_text(MAPPING)
    return history, mapping


def brought(files: tuple[Path, Path], **more: Any) -> Imported:
    settle = more.pop("settle", False)
    console = Console(file=io.StringIO(), width=120)
    kinds = more.pop("kinds", KINDS).split(",")
    return import_history(*files, kinds, more.pop("terms", None), more.pop("name", ""), settle, console)


def rows(table: str) -> int:
    return int(fetch(f"SELECT count(*) AS n FROM {table}")[0]["n"])


TABLES = ("orders_checkout", "orders_order", "orders_line", "payments_payment", "promises_promise", "lab_history_news",
          "delivery_consignment", "shops_shop", "ledger_entry", "people_person", "rulebook_rule")  # fmt: skip


@pytest.mark.django_db
def test_a_real_world_refuses_every_history(files: tuple[Path, Path]) -> None:
    time.found_world(is_demo=False)
    before = [rows(table) for table in TABLES]
    with pytest.raises(Refusal) as refused:
        brought(files)
    assert refused.value.code == "world.is_real"
    assert [rows(table) for table in TABLES] == before


@pytest.mark.django_db
def test_orders_arrive_as_they_were_in_the_world_s_future(files: tuple[Path, Path]) -> None:
    time.found_world(is_demo=True)
    now = time.now()
    imported = brought(files)
    history = imported.history
    assert (history.name, imported.new_orders) == ("past-orders", 5)
    assert history.shift.days % 7 == 0
    assert now < history.starts_at <= now + timedelta(days=7, hours=2)
    checkout = core.checkout_id(history.id, "two")
    of_checkout = fetch("SELECT id FROM orders_order WHERE checkout_id = %s", [checkout])
    views = orders.orders([row["id"] for row in of_checkout]).values()
    assert sorted((order.goods.minor, order.freight.minor) for order in views) == [(1000, 200), (2000, 100)]
    assert {order.shop_id for order in views} == {place.shop_id for place in places(history.id).values()}
    assert {order.state for order in views} == {"shipped"}
    assert [ending.order_id for ending in promises.endings([checkout])] == [None, None]
    assert ledger.balance(ledger.Ref("gateway", "history", "CNY")).minor == 17_725
    assert ledger.audit().sound
    assert progress(history.id).untold == 8 + 1  # four parcels, scanned twice each; one cancellation


@pytest.mark.django_db
def test_nobody_can_buy_from_the_shops_of_a_history(files: tuple[Path, Path]) -> None:
    time.found_world(is_demo=True)
    imported = brought(files)
    mine = {place.shop_id for place in places(imported.history.id).values()}
    assert len(mine) == 2
    assert not mine & {card.id for card in shops.all_open()}


@pytest.mark.django_db
def test_doing_it_again_changes_nothing(files: tuple[Path, Path]) -> None:
    time.found_world(is_demo=True)
    first = brought(files)
    before = [rows(table) for table in TABLES]
    again = brought(files)
    assert again.new_orders == 0
    assert again.history == first.history
    assert [rows(table) for table in TABLES] == before


@pytest.mark.django_db
def test_what_was_cut_off_is_completed(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    time.found_world(is_demo=True)
    monkeypatch.setattr("sanhao.lab.imports.command._CHUNK", 2)
    load, calls = actions.load, []

    def dies_at_the_second(*args: Any, **more: Any) -> int:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return load(*args, **more)

    monkeypatch.setattr(actions, "load", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        brought(files)
    assert rows("orders_checkout") == 2
    imported = brought(files, settle=True)
    assert (imported.new_orders, rows("orders_checkout")) == (3, 5)
    assert imported.different == ()


@pytest.mark.django_db
def test_settling_may_be_cut_off_anywhere_too(files: tuple[Path, Path]) -> None:
    time.found_world(is_demo=True)
    history = brought(files).history
    halfway = history.starts_at + timedelta(days=8, hours=1)
    keeper.tick(HISTORY, halfway)
    time.move_to(halfway)
    keeper.drain(now=halfway)
    assert 0 < progress(history.id).untold < 9
    imported = brought(files, settle=True)
    assert (imported.promises, imported.different) == (10, ())


@pytest.mark.django_db
def test_other_terms_need_another_name(files: tuple[Path, Path], tmp_path: Path) -> None:
    time.found_world(is_demo=True)
    brought(files)
    terms = tmp_path / "terms.toml"
    terms.write_text("[late_delivery]\nfreight_percent = 50\n")
    before = [rows(table) for table in TABLES]
    for other in ({"terms": terms}, {"kinds": "late_delivery"}):
        with pytest.raises(Refusal) as refused:
            brought(files, **other)
        assert refused.value.code == "history.other_terms"
    assert [rows(table) for table in TABLES] == before
    assert brought(files, terms=terms, name="half the freight").new_orders == 5
    card = find("half-the-freight")
    assert card is not None
    assert promises.terms_of(card.rules["late_delivery"], "late_delivery").freight_percent == 50


@pytest.mark.django_db
def test_a_jump_of_the_clock_settles_no_promise_that_a_scan_on_its_way_keeps(
    files: tuple[Path, Path],
) -> None:
    """As under `sanhao up`: every keeper for itself, in the worst order."""
    time.found_world(is_demo=True)
    history = brought(files).history
    time.move_to(history.starts_at + timedelta(days=9))
    named = {each.name: each for each in keeper.all_keepers()}
    assert keeper.tick(named["promises.settle"]) == 0
    while keeper.tick(HISTORY):
        keeper.tick(named["promises.settle"])
    keeper.drain()
    ended = {
        ref: {e.kind: (e.state, e.owed_minor) for e in promises.endings([core.checkout_id(history.id, ref)])}
        for ref in ("in time", "late", "never")
    }
    assert ended == {
        "in time": {"late_delivery": ("kept", None), "non_delivery": ("kept", None)},
        "late": {"late_delivery": ("broken", 525), "non_delivery": ("open", None)},
        "never": {"late_delivery": ("broken", None), "non_delivery": ("open", None)},
    }


Run = pytest.CaptureFixture[str]


@pytest.mark.django_db(transaction=True)
def test_the_command_settles_and_says_how_life_compares(files: tuple[Path, Path], capsys: Run) -> None:
    time.found_world(is_demo=True)
    given = ["lab", "import", str(files[0]), "--mapping", str(files[1]), "--guarantee", KINDS]
    assert main(given) == 0
    said = capsys.readouterr().out
    assert "5 orders of past-orders are in this world (5 of them new)" in said
    assert "9 news wait for their moment" in said
    assert main([*given, "--settle"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "5 orders of past-orders are in this world (0 of them new)" in said
    assert "All 10 promises ended as in replay: verdict, fault and cent." in said
    assert "delivered late │ 2 │ ¥8.25" in said


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("spoil", "code", "says"),
    [
        ("history", 2, "there is no such file"),
        ("mapping", 2, "there is no such file"),
        ("kind", 2, "there is no guarantee 'kindness'"),
        ("rows", 2, "holds no order that can be used"),
        ("world", 4, "a demo world only"),
    ],
)
def test_the_command_says_what_is_wrong_and_writes_nothing(
    spoil: str, code: int, says: str, files: tuple[Path, Path], capsys: Run
) -> None:
    time.found_world(is_demo=spoil != "world")
    before = [rows(table) for table in TABLES]
    if spoil in ("history", "mapping"):
        files[spoil == "mapping"].unlink()
    if spoil == "rows":
        files[0].write_text("o,s,b,p,c,d,g,f,st\n")
    kinds = "kindness" if spoil == "kind" else KINDS
    assert main(["lab", "import", str(files[0]), "--mapping", str(files[1]), "--guarantee", kinds]) == code
    said = capsys.readouterr().err
    assert said.startswith("sanhao lab import: ") and says in said
    assert len(said.splitlines()) == 1
    assert [rows(table) for table in TABLES] == before


@pytest.mark.django_db(transaction=True)
def test_the_books_are_written_to_a_file(files: tuple[Path, Path], tmp_path: Path, capsys: Run) -> None:
    time.found_world(is_demo=True)
    brought(files)
    out = tmp_path / "all.beancount"
    assert main(["lab", "books", "--out", str(out)]) == 0
    assert capsys.readouterr().out.startswith("5 entries in 3 accounts written to ")
    assert "Assets:Gateway:History:CNY" in out.read_text()
    nowhere = tmp_path / "nowhere" / "all.beancount"
    assert main(["lab", "books", "--out", str(nowhere)]) == 3
    assert capsys.readouterr().err == f"sanhao lab books: {nowhere}: No such file or directory\n"


def test_a_history_is_shifted_by_the_fewest_whole_weeks() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    day = timedelta(days=1)
    assert [core.weeks_to(now + days * day, now) for days in (3, 0, -1, -7, -8)] == [0, 0, 7, 7, 14]


def test_a_shift_keeps_distances_or_local_times() -> None:
    summer = datetime(2017, 11, 20, 2, tzinfo=UTC)  # midnight in São Paulo, which had summer time then
    shifted = core.Shift(days=3647).there(summer)
    assert shifted - summer == timedelta(days=3647)
    local = core.Shift(days=3647, zone="America/Sao_Paulo")
    assert local.there(summer) == shifted + timedelta(hours=1)
    assert local.back(local.there(summer)) == summer


DAYS = st.lists(st.integers(0, 60), max_size=4)


@given(st.lists(st.tuples(DAYS, DAYS), max_size=8))
def test_in_no_slice_does_an_order_hear_of_something_after_its_deadline(
    orders: list[tuple[list[int], list[int]]],
) -> None:
    zero = datetime(2026, 1, 1, tzinfo=UTC)
    end = zero + timedelta(days=61)
    dated = [
        ([zero + timedelta(days=d) for d in a], [zero + timedelta(days=d) for d in b]) for a, b in orders
    ]
    stops = core.slices(dated, end)
    assert stops == sorted(set(stops))
    assert stops[-1] == end
    for deadlines, news in dated:
        for deadline in deadlines:
            first_stop = next(stop for stop in stops if stop >= deadline)
            assert not [at for at in news if deadline < at <= first_stop]
