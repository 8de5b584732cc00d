"""The site these tests take place on: a demo world with its rules in force."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sanhao.books.settlement import api as settlement
from sanhao.kit import time as kit_time
from sanhao.service.aftersales import money
from tests.conftest import T0
from tests.service import stage


@pytest.fixture
def site(db: None) -> None:
    kit_time.found_world(is_demo=True)
    stage.rules()
    settlement.found_rules(now=T0 - timedelta(days=1))
    money.found_rules(now=T0 - timedelta(days=1))
