"""What goes outside: telling carriers that a parcel is to come back, and asking how far they are. Never in a transaction.

A keeper claims rows in its transaction (they are due again later) and the errand runs once that is committed. Killed
half-way, nothing is lost: the row falls due again, and the carrier knows it by the same id.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import InterfaceError, OperationalError, transaction

from sanhao.kit.keeper import Row
from sanhao.service.delivery import actions, intercepting
from sanhao.service.delivery.asking import CarrierAway, InterceptionOrder, InterceptionWord
from sanhao.service.delivery.doors import DOORS

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
    try:
        actions.record_interceptions(words, now=now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: asked again when their lease ends, and it is one attempt
    except Exception:
        log.exception("recording interceptions went wrong; asking again later")
