"""A module is entered only through its doors, `api` and `events`. The list of exceptions is empty, forever."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import pytest

from tests.laws.house import DOORS, OPEN, File, files, may_use, owner_of, owners, report

CURE = "import from the module's api.py or events.py; what is missing there is missing in the door"


def through_the_wall(file: File) -> Iterable[str]:
    """Imports of another module that do not go through its doors."""
    for line, target in file.imports():
        if not target.startswith("sanhao."):
            continue
        owner = owner_of(target)
        if owner == file.owner or owner in OPEN or owner not in owners():
            continue
        inside = target.removeprefix(owner).lstrip(".").split(".")
        if inside[0] not in DOORS:
            yield f"{file.module}:{line} enters {owner} through {target}"


def thick_doors(file: File) -> Iterable[str]:
    """What a door holds besides names of its own module and the list of them."""
    if file.parts[-1] != "api" or file.owner not in owners() or file.module != f"{file.owner}.api":
        return
    listed = False
    for node in file.tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            listed = True
            continue
        yield f"{file.module}:{node.lineno} defines something"
    if not listed:
        yield f"{file.module} does not list its names in __all__"


def test_every_module_is_entered_through_its_doors() -> None:
    found = [violation for file in files() for violation in through_the_wall(file)]
    assert not found, report(found, CURE)


def test_a_door_only_passes_on_what_stands_behind_it() -> None:
    found = [violation for file in files() for violation in thick_doors(file)]
    assert not found, report(found, "put the code into actions.py, queries.py or core.py and re-export it")


@pytest.mark.parametrize(
    "line",
    [
        "from sanhao.books.ledger.models import Entry",
        "from sanhao.books.ledger import models",
        "import sanhao.books.ledger.actions",
        "from sanhao.books import ledger",
    ],
)
def test_a_wall_is_noticed(line: str) -> None:
    [violation] = through_the_wall(File("sanhao.service.orders.actions", line))
    assert "enters sanhao.books.ledger" in violation


@pytest.mark.parametrize(
    "line",
    [
        "from sanhao.books.ledger.api import post",
        "from sanhao.books.ledger import api as ledger",
        "from sanhao.books.ledger import events",
        "from sanhao.kit.money import Money",
        "from sanhao.service.orders.models import Order",
        "from . import models",
    ],
)
def test_a_door_is_open(line: str) -> None:
    assert list(through_the_wall(File("sanhao.service.orders.actions", line))) == []


def test_a_thick_door_is_noticed() -> None:
    door = File("sanhao.books.ledger.api", "from x import y\ndef post(): ...\n")
    assert list(thick_doors(door)) == [
        "sanhao.books.ledger.api:2 defines something",
        "sanhao.books.ledger.api does not list its names in __all__",
    ]


@pytest.mark.parametrize(
    ("upper", "lower", "allowed"),
    [
        ("sanhao.service.promises", "sanhao.service.orders", True),
        ("sanhao.service.orders", "sanhao.service.promises", False),
        ("sanhao.service.orders", "sanhao.goods.catalog", True),
        ("sanhao.books.ledger", "sanhao.fairness.decisions", True),
        ("sanhao.fairness.decisions", "sanhao.books.ledger", False),
        ("sanhao.faces.storefront", "sanhao.faces.workbench", False),
        ("sanhao.faces.storefront", "sanhao.faces.ui", True),
        ("sanhao.people", "sanhao.kit", True),
        ("sanhao.kit", "sanhao.people", False),
    ],
)
def test_the_plan_is_read_from_the_import_contracts(upper: str, lower: str, allowed: bool) -> None:
    assert may_use(upper, lower) is allowed
