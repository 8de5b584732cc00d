"""Every test here may use the database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sanhao.kit import time as kit_time


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
