"""New worlds. What founds them needs Django, which the command line loads late: so it is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


def found_rules(*, now: datetime) -> None:
    """Version 1 of every rule: without rules in force nothing can be sold. The same rules again change nothing."""
    from sanhao.lab import founding

    founding.found_rules(now=now)


def found_demo(*, now: datetime, past: bool, told: Callable[[], None]) -> None:
    """Shops, people and goods of the demo world, with its *past*, *told* as it begins; found again, nothing changes."""
    from sanhao.lab.demo import found

    found.found_demo(now=now)
    if past:
        found.live_demo(now=now, told=told)
