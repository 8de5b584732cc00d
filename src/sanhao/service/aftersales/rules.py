"""The founding rule of cases, put into the rulebook of a new site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.ids import new_id
from sanhao.kit.rows import execute
from sanhao.kit.text import Text
from sanhao.service.aftersales import debts, money
from sanhao.service.aftersales.book import RULE, WITHDRAWAL, terms_from
from sanhao.service.aftersales.case import Terms
from sanhao.service.aftersales.paths import instant, intercept, label, pickup, proactive, return_freight
from sanhao.service.aftersales.reasons import REASONS


def found_rules(*, now: datetime) -> None:
    money.found_rules(now=now)
    rulebook.found(
        RULE,
        msgspec.to_builtins(Terms(windows=_FAULTS)),
        title=Text(zh="售后的时间和次数", en="Times and attempts of after-sales"),
        now=now,
    )
    rulebook.found(
        RULE,
        msgspec.to_builtins(Terms(window_days=14, send_days=14, windows={**dict.fromkeys(_FAULTS, 30)})),
        title=Text(zh="售后的时间和次数（欧盟）", en="Times and attempts of after-sales (EU)"),
        now=now,
        market=rulebook.UNION,
    )
    rulebook.found(
        WITHDRAWAL,
        msgspec.to_builtins(Terms(send_days=14, window_days=14)),
        title=Text(zh="撤回合同（欧盟）的时间", en="Times of a withdrawal from the contract (EU)"),
        now=now,
    )
    rulebook.found(
        instant.RULE,
        msgspec.to_builtins(instant.Terms()),
        title=Text(zh="退货秒退", en="Refunds while the goods travel back"),
        now=now,
    )
    rulebook.found(
        intercept.RULE,
        msgspec.to_builtins(intercept.Terms()),
        title=Text(zh="拦截急速退", en="Refunds of parcels that are called back"),
        now=now,
    )
    rulebook.found(
        pickup.RULE,
        msgspec.to_builtins(pickup.Terms()),
        title=Text(zh="大件上门取退", en="Bulky returns collected at the door"),
        now=now,
    )
    rulebook.found(
        label.RULE,
        msgspec.to_builtins(label.Terms()),
        title=Text(zh="退货面单", en="Labels for returns"),
        now=now,
    )
    rulebook.found(
        return_freight.RULE,
        msgspec.to_builtins(return_freight.FOUNDING),
        title=Text(zh="寄回的运费谁出", en="Who pays for sending it back"),
        now=now,
    )
    rulebook.found(
        debts.RULE,
        msgspec.to_builtins(debts.FOUNDING),
        title=Text(zh="先退款项的催还", en="Reminders of what was paid ahead"),
        now=now,
    )
    rulebook.found(
        proactive.RULE,
        msgspec.to_builtins(proactive.FOUNDING),
        title=Text(zh="平台主动退款", en="Refunds without a request"),
        now=now,
    )
    execute(
        "INSERT INTO aftersales_watch (id, name, due_at) VALUES (%s, 'dead_shops', %s) ON CONFLICT (name) DO NOTHING",
        [new_id(), now],
    )


_FAULTS = {"broken": 15, "not_as_described": 15, "wrong_item": 15, "not_genuine": 30, "never_arrived": 15}
"""What shows itself later may be asked for longer: faults for as long as the trade's own exchange period (三包), doubts
about what is genuine for a month."""


def checked(terms: dict[str, Any]) -> dict[str, Any]:
    """Terms as they are stored; raises msgspec.ValidationError for what is not one of them, ValueError for a window of a
    reason that there is not."""
    typed = terms_from(terms)
    if unknown := sorted(set(typed.windows) - set(REASONS)):
        raise ValueError(f"windows: there is no reason {unknown[0]}")
    stored: dict[str, Any] = msgspec.to_builtins(typed)
    return stored
