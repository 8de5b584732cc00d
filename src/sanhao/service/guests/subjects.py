"""Which orders a thing is about: what a link to one of them may show of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.fairness.decisions import api as decisions
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises


def orders_of(kind: str, id: UUID, *, now: datetime) -> Sequence[UUID]:
    """The orders that an order, a checkout, a case, a piece of evidence, a decision, a conversation (*thread*) or a *photo*
    in one is about; none for what nobody knows. One query, two or three for a decision or a conversation."""
    match kind:
        case "order":
            return (id,)
        case "checkout":
            return orders.order_ids_of(id)
        case "case":
            return aftersales.order_ids_of([id])
        case "evidence":
            return aftersales.order_ids_of_evidence(id)
        case "decision":
            return _of_decision(id, now)
        case "thread":
            subject = conversations.subject_of(id)
            return orders_of(subject.kind, subject.id, now=now) if subject is not None else ()
        case "photo":
            thread = conversations.thread_of_photo(id)
            return orders_of("thread", thread, now=now) if thread is not None else ()
    return ()


def _of_decision(id: UUID, now: datetime) -> Sequence[UUID]:
    decided = decisions.decisions([id]).get(id)
    if decided is None:
        return ()
    if decided.subject_kind == "promise":
        promise = promises.promise(decided.subject_id, now=now)
        if promise is None:
            return ()
        return (promise.order_id,) if promise.order_id else orders.order_ids_of(promise.checkout_id)
    return orders_of(decided.subject_kind, decided.subject_id, now=now)
