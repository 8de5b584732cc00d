"""The ways in which a shop lets its buyers choose who brings the parcel: pure.

A *service* is one carrier at one surcharge with one time to travel, for the regions that name it. What a buyer may
choose are *options*: first that the shop chooses (the freight of its template, nothing on top), then its services.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.text import Text
from sanhao.service.delivery.carriers import CARRIERS
from sanhao.service.delivery.freight import FreightCard, Parcel, freight, specificity

MOST_DAYS = 60
"""Longer than that, nobody is told when a parcel arrives."""
MOST_SERVICES = 20
"""Of one shop: all of them are read whenever somebody checks out there."""
SHOP_CHOOSES = Text(zh="由店铺选快递", en="The shop chooses the courier")


class ServiceDraft(msgspec.Struct, frozen=True):
    """A way of sending as a shop writes it. *name* empty: the carrier's own; *regions* empty: everywhere.

    *surcharge* comes on top of the template's freight; *transit_days* are counted from the day by which it is handed
    over. Services that are not *active* are offered to nobody.
    """

    carrier: str
    surcharge: Money
    transit_days: int
    name: Text = Text(zh="", en="")
    regions: tuple[str, ...] = ()
    position: int = 0
    active: bool = True
    id: UUID | None = None


class ServiceCard(ServiceDraft, frozen=True, kw_only=True):
    """A stored service."""

    id: UUID
    shop_id: UUID


class Option(msgspec.Struct, frozen=True):
    """What a buyer may choose for one parcel. *freight* is all of it, *surcharge* the part that this choice adds.

    *service_id* None and *carrier* "": the shop chooses.
    """

    service_id: UUID | None
    carrier: str
    name: Text
    freight: Money
    surcharge: Money
    transit_days: int


class Chosen(msgspec.Struct, frozen=True):
    """The option a buyer chose, as it was shown: with another freight or more days on the way it is another one."""

    service_id: UUID | None
    freight_minor: int
    transit_days: int


def check_service(draft: ServiceDraft) -> None:
    """Raises Invalid for a service that could not be offered."""
    if draft.carrier not in CARRIERS:
        raise Invalid(
            "delivery.unknown_carrier",
            zh=f"不认识快递公司“{draft.carrier}”。",
            en=f"There is no carrier called {draft.carrier!r}.",
        )
    if draft.surcharge.minor < 0:
        raise Invalid("delivery.surcharge", zh="加价不能为负。", en="A surcharge cannot be below zero.")
    if not 1 <= draft.transit_days <= MOST_DAYS:
        raise Invalid(
            "delivery.transit_days",
            zh=f"路上天数须为 1 至 {MOST_DAYS} 天。",
            en=f"A parcel travels 1 to {MOST_DAYS} days.",
        )


def serving(services: Sequence[ServiceCard], country: str, region: str) -> list[ServiceCard]:
    """The active services that go to a place. Of one carrier only those that name it most closely: what a shop asks
    for a far region stands instead of what it asks for the whole country."""
    fits = [(service, _closeness(service, country, region)) for service in services if service.active]
    closest: dict[str, int] = {}
    for service, close in fits:
        closest[service.carrier] = max(close, closest.get(service.carrier, 0))
    return [service for service, close in fits if close and close == closest[service.carrier]]


def _closeness(service: ServiceCard, country: str, region: str) -> int:
    return max((specificity(pattern, country, region) for pattern in service.regions or ("*",)), default=0)


def options_for(
    templates: Sequence[FreightCard], services: Sequence[ServiceCard], parcel: Parcel, *, transit_days: int
) -> list[Option]:
    """What the buyer of *parcel* may choose: the shop's own choice (*transit_days* on the way), then the services that
    go there, the cheapest first.

    Raises what `freight` raises. Services in another currency than the goods are not offered.
    """
    basic = freight(templates, parcel)
    offered = [
        service
        for service in serving(services, parcel.country, parcel.region)
        if service.surcharge.currency == basic.currency
    ]
    offered.sort(key=lambda s: (s.surcharge.minor, s.transit_days, s.position, s.id))
    return [
        Option(None, "", SHOP_CHOOSES, basic, Money.zero(basic.currency), transit_days),
        *(
            Option(
                service.id,
                service.carrier,
                service.name if service.name.zh else CARRIERS[service.carrier].name,
                basic + service.surcharge,
                service.surcharge,
                service.transit_days,
            )
            for service in offered
        ),
    ]


def as_chosen(options: Sequence[Option], chosen: Chosen) -> Option | None:
    """The option that was chosen, if it is still what the buyer was shown."""
    same = (option for option in options if option.service_id == chosen.service_id)
    option = next(same, None)
    if option is None or option.freight.minor != chosen.freight_minor:
        return None
    return option if option.transit_days <= chosen.transit_days else None
