"""Replay equals life: an imported history, settled by the keepers under the movable clock, ends as replay says it would,
promise by promise: the same verdict, the same fault, the same cent."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.kit import keeper, outbox, time
from sanhao.lab.imports.command import Imported, import_history

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
SHARED = ROOT.parent / "shared" / "data" / "order_histories"
pytestmark = pytest.mark.django_db


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(
            f"the real order histories are not on this machine (../shared/data/order_histories/{name})"
        )
    return path


def lived(history: Path, mapping: Path, kinds: str, terms: Path | None = None, name: str = "") -> Imported:
    """Import and settle, then look whether the house still stands."""
    time.found_world(is_demo=True)
    console = Console(file=io.StringIO(), width=120)
    imported = import_history(history, mapping, kinds.split(","), terms, name, True, console)
    assert not imported.different, imported.different[:5]
    assert ledger.audit().sound
    assert list(decisions.rejudge_all()) == []
    assert keeper.set_asides() == []
    assert outbox.retries() == []
    assert outbox.backlog().waiting == 0
    return imported


@pytest.mark.shared_data
def test_the_disputes_end_in_life_as_in_replay() -> None:
    imported = lived(
        shared("olist_disputes_a.csv"), EXAMPLES / "olist_disputes.toml", "late_delivery,non_delivery"
    )
    assert (imported.new_orders, imported.promises) == (25, 50)


@pytest.mark.shared_data
def test_a_marketplace_s_orders_end_in_life_as_in_replay() -> None:
    imported = lived(shared("olist_to_2017_11.csv"), EXAMPLES / "olist.toml", "late_delivery")
    assert imported.promises == imported.new_orders == 2208
