"""What carriers answered when they were asked for something is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.kit.text import Text
from sanhao.service.delivery import intercepting, labelling, pickups
from sanhao.service.delivery.actions.register import begin_registering
from sanhao.service.delivery.asking import InterceptionWord, LabelWord, PickupWord


def record_interceptions(words: Sequence[InterceptionWord], *, now: datetime) -> None:
    """What carriers answered when asked. Recording twice is recording once."""
    with transaction.atomic():
        intercepting.hear(words, now=now)


def record_pickups(words: Sequence[PickupWord], *, now: datetime) -> None:
    """The same of pickups. What was collected is registered by whoever hears of it."""
    with transaction.atomic():
        begin_registering()
        pickups.hear(words, now=now)


def record_label(word: LabelWord, document: str, *, now: datetime) -> None:
    """A carrier's label, its document kept as *document*. Recording twice is recording once."""
    with transaction.atomic():
        begin_registering()
        labelling.made(word, document, now=now)


def refuse_label(id: UUID, reason: Text, *, now: datetime, word: LabelWord | None = None) -> None:
    """There is no label: see `labelling.refuse`."""
    with transaction.atomic():
        labelling.refuse(id, reason, now=now, word=word)


def ask_label_again(id: UUID, *, shop_id: UUID, now: datetime) -> None:
    """A person has looked in the carrier's account: there is no label yet. Raises NotFound, Refusal."""
    with transaction.atomic():
        labelling.ask_again(id, shop_id=shop_id, now=now)


def label_voided(id: UUID, *, now: datetime, refusal: str | None = None) -> None:
    """The carrier has forgotten a label, or will not."""
    with transaction.atomic():
        labelling.voided(id, now=now, refusal=refusal)
