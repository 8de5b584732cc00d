"""The door of remote areas."""

from sanhao.service.remote.actions.budget import Draft, free, reserve
from sanhao.service.remote.actions.ending import end
from sanhao.service.remote.actions.places import join, leave, save_hub
from sanhao.service.remote.actions.spend import WayBack, pay_way_back
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
    second_leg,
)
from sanhao.service.remote.coverage import Coverage, Reach, closed_to, coverage
from sanhao.service.remote.ending import UNUSED
from sanhao.service.remote.figures import (
    DayBudget,
    Given,
    ShopFigures,
    borne,
    budgets,
    budgets_today,
    every,
    figures_of,
    given,
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
from sanhao.service.remote.what_if import Change, WouldGive, what_if

__all__ = [
    "PROVINCES",
    "RULE",
    "UNUSED",
    "Area",
    "Change",
    "Consolidated",
    "Coverage",
    "DayBudget",
    "Draft",
    "Given",
    "Goods",
    "Hub",
    "HubAddress",
    "HubDraft",
    "Part",
    "Province",
    "Reach",
    "SecondLeg",
    "ShopFigures",
    "Tariff",
    "Terms",
    "Way",
    "WayBack",
    "Wish",
    "WouldGive",
    "area_of",
    "borne",
    "budgets",
    "budgets_today",
    "closed_to",
    "consolidated",
    "coverage",
    "end",
    "enrolled",
    "every",
    "figures_of",
    "found_rules",
    "free",
    "given",
    "goes",
    "hub",
    "hubs",
    "join",
    "leave",
    "mismatches",
    "pay_way_back",
    "reserve",
    "save_hub",
    "second_leg",
    "terms_at",
    "ways",
    "what_if",
]
