"""Carriers that can be asked for something, by name. They are outside: each call may take long, fail with `CarrierAway`,
or have worked although it failed; none is made inside a transaction.

A site has a door only to carriers whose account it (or its shop) holds: nobody else's waybill can be called back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sanhao.service.delivery import sandbox_pickups, sandbox_world
from sanhao.service.delivery.asking import Ask, CarrierRefused, Door, Slot, SlotOrder
from sanhao.service.delivery.carriers.sandbox import counter

DOORS: Mapping[str, Door] = MappingProxyType(
    {
        "sandbox": Door(
            slots=sandbox_pickups.slots,
            pickup=sandbox_pickups.collect,
            cancel_pickup=sandbox_pickups.call_off,
            rates=counter.rates,
            label=counter.label,
            void=counter.void,
            intercept=sandbox_world.stop,
            track=counter.track,
        ),
        "sandbox_express": Door(intercept=sandbox_world.stop),
    }
)


def able(carrier: str, ask: Ask) -> bool:
    """Whether *carrier* can be asked for this at all."""
    door = DOORS.get(carrier)
    return door is not None and getattr(door, ask) is not None


def slots(carrier: str, order: SlotOrder) -> Sequence[Slot]:
    """When this carrier could come, the soonest first. Raises CarrierAway, CarrierRefused."""
    door = DOORS.get(carrier)
    if door is None or door.slots is None:
        raise CarrierRefused(f"{carrier} comes to no door")
    return sorted(door.slots(order), key=lambda slot: slot.starts_at)
