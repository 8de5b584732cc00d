"""Carriers that can be asked for something, by name. They are outside: each call may take long, fail with `CarrierAway`,
or have worked although it failed; none is made inside a transaction.

A site has a door only to carriers whose account it (or its shop) holds: nobody else's waybill can be called back.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sanhao.service.delivery import sandbox_world
from sanhao.service.delivery.asking import Ask, Door

DOORS: Mapping[str, Door] = MappingProxyType({"sandbox": Door(intercept=sandbox_world.stop)})


def able(carrier: str, ask: Ask) -> bool:
    """Whether *carrier* can be asked for this at all."""
    door = DOORS.get(carrier)
    return door is not None and getattr(door, ask) is not None
