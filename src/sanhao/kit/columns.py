"""Columns that tables of several modules share, and the constraints that go with them."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


def sides_column() -> ArrayField[Sequence[int] | None, list[int] | None]:
    """The three sides of what is packed, in mm, as `kit/sizes.py` reads them; null: not known."""
    return ArrayField(models.PositiveIntegerField(), size=3, null=True)


def all_sides(name: str) -> Q:
    """All three sides are there, or none."""
    known = {f"{name}__{side}__{what}": value for side in range(3) for what, value in _A_SIDE.items()}
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__len": 3}, **known)


_A_SIDE = {"isnull": False, "gt": 0}
