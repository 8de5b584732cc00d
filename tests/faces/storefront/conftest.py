"""Every test here may use the database; Chinese pages need their translations compiled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import sanhao
from sanhao.cli.build import compile_translations
from sanhao.kit import limits
from sanhao.kit import time as kit_time


@pytest.fixture(scope="session", autouse=True)
def _translations() -> None:
    compile_translations(Path(sanhao.__file__).parent)


@pytest.fixture(autouse=True)
def _counting_anew() -> Iterator[None]:
    limits.forget_local()
    yield
    limits.forget_local()


@pytest.fixture
def real(db: None) -> Iterator[None]:
    """A real world: its clock costs no query."""
    kit_time.found_world(is_demo=False)
    yield
    kit_time.forget()


@pytest.fixture
def demo(db: None) -> Iterator[None]:
    kit_time.found_world(is_demo=True)
    yield
    kit_time.forget()
