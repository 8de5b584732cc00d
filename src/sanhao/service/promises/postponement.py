"""How a deadline moves after it was first resolved: by consent of both sides, or by a published holiday.

Everything heard is kept; what counts is worked out anew from all of it, in the order in which it happened. So neither
the order nor the repetition of news matters, and a proposal that came too late simply has no effect.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sanhao.service.promises.core import DelayAgreed, Extended

_EVER = datetime.min.replace(tzinfo=UTC)


class Limits(NamedTuple):
    delays_at_most: int
    delay_ahead: timedelta
    extension_ahead: timedelta


class InForce(NamedTuple):
    due_at: datetime
    delays: int


def with_delay(known: tuple[DelayAgreed, ...], new: DelayAgreed) -> tuple[DelayAgreed, ...]:
    return tuple(sorted({*known, new}, key=lambda d: (d.agreed_at, d.proposed_at, d.until)))


def with_extension(known: tuple[Extended, ...], new: Extended) -> tuple[Extended, ...]:
    return tuple(sorted({*known, new}, key=lambda e: (e.announced_at, e.starts_at, e.until)))


def in_force(
    first_due_at: datetime, delays: Iterable[DelayAgreed], extensions: Iterable[Extended], limits: Limits
) -> InForce:
    """The deadline after all *delays* and *extensions* that keep to *limits*, and how many delays did.

    A delay counts if it was proposed `delay_ahead` before the deadline in force at that moment, accepted before the
    deadline in force by then, and leads past it. An extension counts if it was announced `extension_ahead` before its
    window starts; then whatever falls due inside the window falls due at its end.
    """
    moves: list[tuple[datetime, DelayAgreed | Extended]] = [(d.agreed_at, d) for d in delays]
    moves += [(e.announced_at, e) for e in extensions]
    moves.sort(key=lambda move: (move[0], isinstance(move[1], DelayAgreed), move[1].until))
    history = [(_EVER, first_due_at)]
    holidays: list[Extended] = []
    agreed = 0
    for at, move in moves:
        due_at = history[-1][1]
        if isinstance(move, Extended):
            if at + limits.extension_ahead <= move.starts_at:
                holidays.append(move)
        elif agreed < limits.delays_at_most and _counts(move, history, limits.delay_ahead):
            agreed, due_at = agreed + 1, move.until
        history.append((at, _past(holidays, due_at)))
    return InForce(history[-1][1], agreed)


def _counts(delay: DelayAgreed, history: list[tuple[datetime, datetime]], ahead: timedelta) -> bool:
    when_proposed = next(due_at for since, due_at in reversed(history) if since <= delay.proposed_at)
    due_at = history[-1][1]
    return (
        delay.proposed_at + ahead <= when_proposed
        and delay.proposed_at <= delay.agreed_at < due_at < delay.until
    )


def _past(holidays: list[Extended], due_at: datetime) -> datetime:
    for holiday in sorted(holidays, key=lambda holiday: (holiday.starts_at, holiday.until)):
        if holiday.starts_at <= due_at < holiday.until:
            due_at = holiday.until
    return due_at
