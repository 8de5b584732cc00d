"""The door of remote areas."""

from sanhao.service.remote.actions.budget import Draft, free, reserve
from sanhao.service.remote.actions.places import join, leave, save_hub
from sanhao.service.remote.core import (
    RULE,
    Area,
    Goods,
    Hub,
    HubAddress,
    HubDraft,
    Part,
    SecondLeg,
    Tariff,
    Terms,
    area_of,
    goes,
)
from sanhao.service.remote.provinces import PROVINCES, Province
from sanhao.service.remote.queries import (
    Consolidated,
    Way,
    Wish,
    consolidated,
    enrolled,
    hub,
    hubs,
    mismatches,
    ways,
)
from sanhao.service.remote.rules import found_rules, terms_at

__all__ = [
    "PROVINCES",
    "RULE",
    "Area",
    "Consolidated",
    "Draft",
    "Goods",
    "Hub",
    "HubAddress",
    "HubDraft",
    "Part",
    "Province",
    "SecondLeg",
    "Tariff",
    "Terms",
    "Way",
    "Wish",
    "area_of",
    "consolidated",
    "enrolled",
    "found_rules",
    "free",
    "goes",
    "hub",
    "hubs",
    "join",
    "leave",
    "mismatches",
    "reserve",
    "save_hub",
    "terms_at",
    "ways",
]
