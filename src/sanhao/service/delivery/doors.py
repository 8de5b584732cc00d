"""Carriers that can be asked for something, by name. They are outside: each call may take long, fail with `CarrierAway`,
or have worked although it failed; none is made inside a transaction.

A site has a door only to carriers whose account it (or its shop) holds: nobody else's waybill can be called back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sanhao.kit.text import Text
from sanhao.service.delivery import sandbox_pickups, sandbox_world
from sanhao.service.delivery.asking import Ask, CarrierRefused, Door, Slot, SlotOrder
from sanhao.service.delivery.carriers import CARRIERS, Carrier, understand
from sanhao.service.delivery.carriers.sandbox import counter

_OPEN: dict[str, Door] = {
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
    "sandbox_express": Door(
        rates=counter.express_rates,
        label=counter.express_label,
        void=counter.void,
        intercept=sandbox_world.stop,
        track=counter.track,
    ),
}
DOORS: Mapping[str, Door] = MappingProxyType(_OPEN)


def open_accounts(accounts: Mapping[str, str]) -> None:
    """Doors to the carriers with which this site has an account through karrio: name -> JSON. Without any, nothing of
    karrio is imported. A carrier whose answers we read ourselves keeps its reader.

    Raises ValueError for a setting that cannot work.
    """
    for name, value in accounts.items():
        from sanhao.service.delivery.carriers.karrio import desk, parse

        account = desk.account_from(f"SANHAO_KARRIO_{name.upper()}", value)
        ours = name in CARRIERS
        if not ours:
            understand(name, Carrier(account.name or Text(name, name), parse.read))
        _OPEN[name] = desk.door(account, raw=ours, read=CARRIERS[name].read)


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
