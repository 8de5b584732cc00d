"""What goes outside for labels and after parcels: see `errands.py`, whose way this is."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from sanhao.kit import media
from sanhao.kit.keeper import Row
from sanhao.kit.text import Text
from sanhao.service.delivery import labelling, tracking
from sanhao.service.delivery.actions import answers
from sanhao.service.delivery.actions.receive import keep_answer
from sanhao.service.delivery.asking import CarrierAway, CarrierRefused, LabelOrder, LabelVoid, LabelWord
from sanhao.service.delivery.doors import DOORS, able
from sanhao.service.delivery.errands import record
from sanhao.service.delivery.labels import fault_of
from sanhao.service.delivery.printing import NoLabel, as_pdf

log = logging.getLogger("sanhao.delivery")


def labels_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: labels to ask for, and labels whose carrier is to forget them."""
    carriers = {row["id"]: row["carrier"] for row in rows}
    asking, voiding = labelling.claim_labels(rows, now)
    if asking or voiding:
        transaction.on_commit(partial(_visit, carriers, asking, voiding, now))


def _visit(
    carriers: dict[UUID, str], asking: Sequence[LabelOrder], voiding: Sequence[LabelVoid], now: datetime
) -> None:
    for order in asking:
        _fetch_label(carriers[order.id], order, now)
    for label in voiding:
        _void(carriers[label.id], label, now)


def _fetch_label(carrier: str, order: LabelOrder, now: datetime) -> None:
    """Ask, look at what came, keep it. Each label is recorded by itself and at once: it has cost somebody money."""
    if not able(carrier, "label"):
        reason = Text(
            zh="本站已经没有这家快递的账号。", en="This site has no account with that courier any more."
        )
        record(partial(answers.refuse_label, order.id, reason, now=now), "a label without a door")
        return
    make = DOORS[carrier].label
    assert make is not None
    try:
        word: LabelWord = make(order, now=now)
    except CarrierRefused as no:
        reason = Text(zh=f"快递说：{no}", en=f"The courier says: {no}")
        record(partial(answers.refuse_label, order.id, reason, now=now), "a refusal")
        return
    except CarrierAway as away:
        log.info("%s did not answer about label %s: %s", carrier, order.id, away)
        return
    except Exception:
        log.exception("asking %s for label %s went wrong; asking again later", carrier, order.id)
        return
    if (fault := fault_of(word, order.id)) is not None:
        answers.refuse_label(order.id, fault, now=now, word=word)
        return
    try:
        document = media.keep_paper(as_pdf(word.document, word.media)).digest
    except NoLabel as no:
        log.warning("%s sent a label that cannot be printed: %s", carrier, no)
        reason = Text(
            zh="快递发来的面单打不开，单号已请它作废。",
            en="What the courier sent cannot be printed. It has been told to void the number.",
        )
        answers.refuse_label(order.id, reason, now=now, word=word)
        return
    record(partial(answers.record_label, word, document, now=now), "a label")


def _void(carrier: str, label: LabelVoid, now: datetime) -> None:
    if not able(carrier, "void"):
        answers.label_voided(label.id, now=now, refusal="")  # there is nobody left to tell
        return
    void = DOORS[carrier].void
    assert void is not None
    try:
        void(label, now=now)
    except CarrierRefused as no:
        answers.label_voided(label.id, refusal=str(no), now=now)
    except CarrierAway as away:
        log.info("%s did not answer about voiding %s: %s", carrier, label.id, away)
    except Exception:
        log.exception("telling %s to void %s went wrong; telling it again later", carrier, label.id)
    else:
        answers.label_voided(label.id, now=now)


def inquiries_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: parcels whose carriers are asked how they travel."""
    asking = tracking.claim(rows, now)
    if asking:
        transaction.on_commit(partial(_inquire, asking, now))


def _inquire(rows: Sequence[Row], now: datetime) -> None:
    for row in rows:
        track = DOORS[row["carrier"]].track
        assert track is not None, f"{row['carrier']} cannot be asked any more"
        try:
            body: bytes = track(row["tracking_no"], now=now)
        except CarrierRefused as no:
            log.info("%s knows nothing of %s: %s", row["carrier"], row["tracking_no"], no)
        except CarrierAway as away:
            log.info("%s did not answer about %s: %s", row["carrier"], row["tracking_no"], away)
        except Exception:
            log.exception(
                "asking %s about %s went wrong; asking again later", row["carrier"], row["tracking_no"]
            )
        else:
            keep_answer(row["carrier"], row["tracking_no"], body, now=now)
