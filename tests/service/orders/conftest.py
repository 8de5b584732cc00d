"""The site every test of orders takes place on."""

from __future__ import annotations

import pytest

from sanhao.kit import time as kit_time
from tests.service import stage


@pytest.fixture
def site(db: None) -> None:
    """A founded demo world with its rules in force."""
    kit_time.found_world(is_demo=True)
    stage.rules()
