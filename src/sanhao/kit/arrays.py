"""Many values in one parameter: the text of a PostgreSQL array, to be cast in the statement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID


def array(values: Iterable[Any]) -> str:
    """*values* (ids, whole numbers, moments, plain texts, None) as the text of a PostgreSQL array, to be cast.

    An array of a thousand UUIDs takes psycopg ten times as long to render. In a statement that runs
    many times a second, ``unnest((SELECT %s::uuid[]))`` hides from the planner how many values there are: it then keeps
    one plan for all, where it may otherwise plan anew each time, which can cost more than the statement.
    """
    if isinstance(values, list) and set(map(type, values)) == {UUID}:
        return "{" + ",".join([value.hex for value in values]) + "}"
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if type(value) is UUID:
        return f"{value.int:032x}"
    if type(value) is int:
        return str(value)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
