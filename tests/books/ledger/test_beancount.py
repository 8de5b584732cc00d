"""The book leaves the house as a beancount file, and beancount's own checker (a program of its own) accepts it."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sanhao.books.ledger.api import EntryDraft, ExportCounts, Ref, beancount, charge_shops, post
from sanhao.books.ledger.queries.export import account_name
from sanhao.fairness.decisions.api import DecisionDraft, record
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.text import Text
from sanhao.lab.books import export_books
from tests.books.stage import GOODWILL, charge, fund

pytestmark = pytest.mark.django_db

BEAN_CHECK = Path(sys.executable).parent / "bean-check"


def a_small_book(now: datetime) -> None:
    shop = new_id()
    fund(shop, now, balance=1000, deposit=250)
    charge_shops([charge(shop, 600), charge(shop, 605), charge(shop, 100)], now=now + timedelta(days=1))
    for currency, amount in (("JPY", 500), ("KWD", 1234), ("BRL", 7)):
        lines = ((Ref("gateway", "sandbox", currency), amount), (Ref("escrow", str(shop), currency), -amount))
        post(
            [
                EntryDraft(
                    new_id(), f'say "{currency}" \\', "payment", now, currency, lines, "payment", new_id()
                )
            ]
        )


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BEAN_CHECK, "--no-cache", path], capture_output=True, text=True, check=False)


def test_beancount_accepts_the_book_and_refuses_it_with_one_cent_changed(
    now: datetime, tmp_path: Path
) -> None:
    a_small_book(now)
    path = tmp_path / "books.beancount"
    assert export_books(path) == ExportCounts(entries=8, postings=18, accounts=11)
    checked = bean_check(path)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    text = path.read_text()
    assert text.count(" 6.00 CNY") == 1
    path.write_text(text.replace(" 6.00 CNY", " 6.01 CNY"))
    checked = bean_check(path)
    assert checked.returncode != 0
    assert "does not balance" in checked.stderr + checked.stdout


@pytest.mark.parametrize(("right", "wrong"), [("500 JPY", "501 JPY"), ("1.234 KWD", "1.235 KWD")])
def test_the_smallest_unit_of_every_currency_counts(
    right: str, wrong: str, now: datetime, tmp_path: Path
) -> None:
    a_small_book(now)
    path = tmp_path / "books.beancount"
    export_books(path)
    assert f" {right}" in path.read_text()
    path.write_text(path.read_text().replace(f" {right}", f" {wrong}"))
    assert bean_check(path).returncode != 0


def test_an_entry_tells_its_key_its_cause_and_its_decision(now: datetime) -> None:
    shop, cause, decision = new_ids(3)
    text = Text(zh="平台补给你。", en="The platform makes up for it.")
    record([DecisionDraft(decision, "d", "manual.goodwill", "promise", cause, None, "{}", "{}", 300, "CNY", text, shop,
                          None, now, None)])  # fmt: skip
    lines = ((GOODWILL, 300), (Ref("balance", str(shop), "CNY"), -300))
    entry = EntryDraft(new_id(), "k:1", "goodwill", now, "CNY", lines, "promise", cause, decision)
    post([entry])
    name = f"Liabilities:Balance:{str(shop).capitalize()}:CNY"
    assert "".join(beancount()) == (
        'option "title" "Sanhao"\n'
        "2026-03-02 open Expenses:Goodwill:Platform:CNY CNY\n"
        f"2026-03-02 open {name} CNY\n"
        '\n2026-03-02 * "goodwill" "k:1"\n'
        f'  id: "{entry.id}"\n  key: "k:1"\n  at: "2026-03-02T02:00:00+00:00"\n  cause: "promise:{cause}"\n'
        f'  decision: "{decision}"\n'
        "  Expenses:Goodwill:Platform:CNY  3.00 CNY\n"
        f"  {name}  -3.00 CNY\n"
    )


def test_an_empty_book_is_a_sound_file(tmp_path: Path) -> None:
    export_books(tmp_path / "empty.beancount")
    assert bean_check(tmp_path / "empty.beancount").returncode == 0


def test_a_file_that_cannot_be_written_leaves_nothing_behind(now: datetime, tmp_path: Path) -> None:
    a_small_book(now)
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        export_books(tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_no_two_holders_share_a_beancount_account() -> None:
    holders = ["platform", "Platform", "plat_form", "plat-form", "顺丰", "-", "7"]
    assert len({account_name("carrier_claim", holder, "CNY") for holder in holders}) == len(holders)
    assert account_name("carrier_claim", "顺丰", "CNY") == "Assets:CarrierClaim:X-e9a1bae4b8b0:CNY"
