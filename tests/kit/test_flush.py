"""Transactional tests empty the database after themselves, append-only tables included."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.rows import copy_rows, execute, fetch


@pytest.mark.django_db(transaction=True)
def test_a_history_that_cannot_be_deleted_is_emptied_between_tests(now: datetime) -> None:
    kit_time.found_world(is_demo=True)
    row = (new_id(), "order", new_id(), "paid", "shipped", now, "")
    copy_rows("kit_history", ("id", "subject", "subject_id", "source", "target", "at", "note"), [row])
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        execute("DELETE FROM kit_history")
    call_command("flush", interactive=False, verbosity=0)
    assert fetch("SELECT count(*) AS n FROM kit_history") == [{"n": 0}]
    assert fetch("SELECT count(*) AS n FROM kit_world") == [{"n": 0}]
    connection.check_constraints()
