"""Carriers that can be asked for something, by name. They are outside: each call may take long, fail with `CarrierAway`,
or have worked although it failed; none is made inside a transaction.

A site has a door only to carriers whose account it (or its shop) holds: nobody else's waybill can be called back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sanhao.service.delivery import sandbox_world
from sanhao.service.delivery.interception import InterceptionWord

Intercept = Callable[..., InterceptionWord]
"""``(order, *, now)``: the same id twice is one attempt, and asks how far it is. Raises CarrierAway."""

INTERCEPT: Mapping[str, Intercept] = MappingProxyType({"sandbox": sandbox_world.stop})
