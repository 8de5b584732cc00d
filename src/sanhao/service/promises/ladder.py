"""A compensation ladder: what is owed for what was paid, step by step, in whole minor units."""

from __future__ import annotations

import msgspec


class Step(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """For amounts up to and including *up_to_minor* (None: without end): *fixed_minor*, or *percent* of the amount.

    Then never less than *min_minor*, and never more than *cap_minor*. Raises ValueError for a step that contradicts
    itself.
    """

    up_to_minor: int | None = None
    fixed_minor: int = 0
    percent: int = 0
    min_minor: int = 0
    cap_minor: int | None = None

    def __post_init__(self) -> None:
        if min(self.fixed_minor, self.percent, self.min_minor) < 0 or (self.cap_minor or 0) < 0:
            raise ValueError("a step gives, it never takes")
        if self.fixed_minor and self.percent:
            raise ValueError("a step is either fixed or a share")
        if self.cap_minor is not None and self.min_minor > self.cap_minor:
            raise ValueError("the least of a step lies above its cap")

    def of(self, minor: int) -> int:
        """Halves of a minor unit are rounded up."""
        share = (minor * self.percent + 50) // 100 if self.percent else self.fixed_minor
        if share < self.min_minor:
            return self.min_minor
        return share if self.cap_minor is None or share < self.cap_minor else self.cap_minor


Ladder = tuple[Step, ...]


def require_ladder(ladder: Ladder) -> None:
    """Raises ValueError unless the steps climb and the last one has no end, so that every amount has one step."""
    if not ladder or ladder[-1].up_to_minor is not None:
        raise ValueError("the last step of a ladder has no upper end")
    ends = [step.up_to_minor for step in ladder[:-1]]
    if None in ends or ends != sorted(set(ends), key=lambda end: end or 0):
        raise ValueError("the steps of a ladder climb")


def owed_for(ladder: Ladder, minor: int) -> int:
    """What *ladder* gives for *minor* units paid."""
    for step in ladder:
        if step.up_to_minor is None or minor <= step.up_to_minor:
            return step.of(minor)
    raise ValueError("a ladder without a last step")
