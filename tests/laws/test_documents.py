"""The tour, the words and the decisions tell the truth: what they name exists, what they draw is the code's own table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from sanhao.kit.states import States
from tests.laws.house import ROOT, SOURCE, files, report

_DOCS = ROOT / "docs"
_PAGES = [*sorted(_DOCS.glob("*.md")), *sorted((_DOCS / "decisions").glob("*.md"))]
_STANDS_IN = {"add-a-carrier.md": "service/delivery", "add-a-guarantee.md": "service/promises"}
"""Guides speak of one module, and name its files from there."""
_TO_WRITE = {"src/sanhao/service/promises/kinds/within_a_week.py"}
"""What a guide has its reader write."""
_PLACE = re.compile(r"`([\w./-]+\.(?:py|js|css|html|toml))(?:::(\w+))?`")
_DRAWING = re.compile(r"`([\w/]+)\.py::(\w+)`\n```mermaid\n(.*?)\n```", re.DOTALL)
_TABLE = re.compile(r"`([a-z]+_[a-z_]+)`")


@cache
def names_in(path: Path) -> frozenset[str]:
    """Functions, classes, methods and values that a file defines."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return frozenset(found)


def false_places(text: str, module: str = "") -> Iterable[str]:
    """Files and names in *text* that are not in the tree, nor in the *module* it speaks of."""
    for file, name in _PLACE.findall(text):
        if ("/" not in file and not name) or file in _TO_WRITE:
            continue  # a file that every module has, such as core.py
        path = next(
            (base / file for base in (SOURCE, ROOT, SOURCE / module) if (base / file).is_file()), None
        )
        if path is None:
            yield f"{file} does not exist"
        elif name and name not in names_in(path):
            yield f"{file} has no {name}"


def lifecycles() -> set[tuple[str, str]]:
    """(module, name) of every table of states in the house."""
    return {
        (file.module, target.id)
        for file in files()
        for node in file.tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "States"
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def test_every_file_and_name_the_documents_mention_exists() -> None:
    found = [
        f"{page.name}: {wrong}"
        for page in _PAGES
        for wrong in false_places(page.read_text(), _STANDS_IN.get(page.name, ""))
    ]
    assert not found, report(found, "the documents follow the code: say where it lives now")


def test_the_tour_names_the_way_of_the_parcel() -> None:
    named = {file for file, _ in _PLACE.findall((_DOCS / "tour.md").read_text())}
    assert len(named) > 30


def test_every_lifecycle_is_drawn_from_its_own_table() -> None:
    drawn: dict[tuple[str, str], str] = {}
    for path, name, picture in _DRAWING.findall((_DOCS / "tour.md").read_text()):
        drawn[f"sanhao.{path.replace('/', '.')}", name] = picture
    assert set(drawn) == lifecycles(), "every States has its drawing in docs/tour.md"
    for (module, name), picture in drawn.items():
        states = getattr(import_module(module), name)
        assert isinstance(states, States)
        assert picture == states.mermaid(), f"docs/tour.md: draw {module}.{name} again with .mermaid()"


def test_every_table_and_index_the_documents_mention_exists() -> None:
    labels = {app.label for app in apps.get_app_configs()}
    real = {model._meta.db_table for model in apps.get_models()}
    for model in apps.get_models():
        real |= {index.name for index in model._meta.indexes}
        real |= {constraint.name for constraint in model._meta.constraints}
    found = [
        f"{page.name}: {name}"
        for page in _PAGES
        if page.name not in _STANDS_IN  # a carrier's words look like tables
        for name in _TABLE.findall(page.read_text())
        if name.split("_")[0] in labels and name not in real
    ]
    assert not found, report(found, "no such table, index or constraint")


def test_each_decision_is_on_the_list() -> None:
    listed = (_DOCS / "decisions" / "README.md").read_text()
    forgotten = [page.name for page in _PAGES if page.parent.name == "decisions" and page.name != "README.md"]
    assert [name for name in forgotten if f"({name})" not in listed] == []


def test_a_word_is_used_for_one_concept_only() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `", (_DOCS / "words.md").read_text(), re.MULTILINE)
    assert len(rows) > 50
    for column in (0, 1):
        words = [row[column] for row in rows]
        assert sorted({word for word in words if words.count(word) > 1}) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("`kit/keeper.py::tick` and `kit/keeper.py` and `tests/conftest.py`", []),
        ("`kit/keeper.py::tock`", ["kit/keeper.py has no tock"]),
        ("`kit/keepers.py`", ["kit/keepers.py does not exist"]),
    ],
)
def test_a_wrong_name_is_noticed(text: str, wrong: list[str]) -> None:
    assert list(false_places(text)) == wrong
