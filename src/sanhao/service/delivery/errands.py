"""What goes outside: telling carriers that a parcel is to come back or that goods are to be collected, and asking how far
they are. Never in a transaction.

A keeper claims rows in its transaction (they are due again later) and the errand runs once that is committed. Killed
half-way, nothing is lost: the row falls due again, and the carrier knows it by the same id.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.db import InterfaceError, OperationalError, transaction

from sanhao.kit.keeper import Row
from sanhao.service.delivery import intercepting, pickups
from sanhao.service.delivery.actions import answers
from sanhao.service.delivery.asking import (
    CarrierAway,
    CarrierRefused,
    InterceptionOrder,
    InterceptionWord,
    PickupWord,
)
from sanhao.service.delivery.doors import DOORS
from sanhao.service.delivery.pickup import STANDING

log = logging.getLogger("sanhao.delivery")


def intercept_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: interceptions to send, sent ones nothing was heard of, and those whose time is over."""
    asking = intercepting.claim(rows, now)
    if asking:
        transaction.on_commit(partial(_ask, asking, now))


def _ask(rows: Sequence[Row], now: datetime) -> None:
    words: list[InterceptionWord] = []
    for row in rows:
        try:
            stop = DOORS[row["carrier"]].intercept
            assert stop is not None, f"{row['carrier']} stops nothing any more"
            words.append(stop(InterceptionOrder(row["id"], row["tracking_no"]), now=now))
        except CarrierAway:
            log.info("%s did not answer about %s; asking again later", row["carrier"], row["tracking_no"])
        except Exception:
            log.exception("asking %s to stop %s went wrong; trying later", row["carrier"], row["tracking_no"])
    record(partial(answers.record_interceptions, words, now=now), "interceptions")


def pickup_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: pickups to ask for or to take back, those nothing was heard of, and those whose time is over."""
    asking = pickups.claim(rows, now)
    if asking:
        transaction.on_commit(partial(_send, asking, now))


def _send(rows: Sequence[Row], now: datetime) -> None:
    words: list[PickupWord] = []
    for row in rows:
        try:
            words.append(_say(row, now))
        except CarrierRefused as no:
            words.append(PickupWord(row["id"], "refused", reason=str(no)))
        except CarrierAway:
            log.info("%s did not answer about pickup %s; asking again later", row["carrier"], row["id"])
        except Exception:
            log.exception("asking %s about pickup %s went wrong; trying later", row["carrier"], row["id"])
    record(partial(answers.record_pickups, words, now=now), "pickups")


def _say(row: Row, now: datetime) -> PickupWord:
    door = DOORS[row["carrier"]]
    if row["state"] in STANDING:
        assert door.pickup is not None, f"{row['carrier']} comes to no door any more"
        return door.pickup(pickups.order_of(row), now=now)
    if door.cancel_pickup is None:
        return PickupWord(
            row["id"], "cancelled"
        )  # it cannot be told: whoever comes all the same finds nothing
    return door.cancel_pickup(row["id"], now=now, handle=row["handle"])


def record(record: Callable[[], None], what: str) -> None:
    try:
        record()
    except (OperationalError, InterfaceError):
        raise  # the database is away: asked again when their lease ends, under the same ids
    except Exception:
        log.exception("recording %s went wrong; asking again later", what)
