"""Pages in Chinese need their translations compiled, and no test counts what another sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import sanhao
from sanhao.cli.build import compile_translations
from sanhao.kit import limits


@pytest.fixture(scope="session", autouse=True)
def _translations() -> None:
    compile_translations(Path(sanhao.__file__).parent)


@pytest.fixture(autouse=True)
def _counting_anew() -> Iterator[None]:
    limits.forget_local()
    yield
    limits.forget_local()
