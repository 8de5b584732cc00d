"""Withdrawing from a contract without signing in: recorded first and in any case, matched and opened afterwards.

A withdrawal stands when it is sent. So what was said is written down with its moment before anything is asked about the
order, everybody gets the same acknowledgement, and whether there is such an order only its mailbox and the platform's
own people ever learn. Source: Directive 2011/83/EU, art. 11a.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.guests.actions.link import count
from sanhao.service.guests.core import clean_number
from sanhao.service.guests.events import WithdrawalAnswered, WithdrawalDeclared
from sanhao.service.guests.models import WITHDRAWAL
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

_WORDS, _ANSWER = 200, 1_000
_JUDGES = ("admin", "arbiter")
_LINKS = ("://", "www.")
"""What is declared is sent back word for word to whatever e-mail is given: nobody's advertisement goes out with it."""


class Declaration(msgspec.Struct, frozen=True):
    """What somebody says who withdraws. *units* by line (empty: everything), where the order's own page was open;
    *words*: the goods in their own words, where it was not (empty: everything). *order_id*: whose page it was."""

    name: str
    email: str
    number: str = ""
    words: str = ""
    units: Mapping[UUID, int] = {}
    order_id: UUID | None = None
    language: str = "en"


def clean(said: Declaration) -> Declaration:
    """As it will be recorded. Raises Invalid ``person.name``, ``person.email``, ``order.number``, ``withdrawal.words``."""
    words = " ".join(said.words.replace("\0", "").split())
    number = clean_number(said.number)
    if not number:
        raise _no_number()
    if len(words) > _WORDS:
        raise Invalid(
            "withdrawal.words", zh=f"最多{_WORDS}个字。", en=f"At most {_WORDS} characters, please."
        )
    if any(mark in f"{said.name} {words}".lower() for mark in _LINKS):
        raise Invalid("withdrawal.words", zh="请不要填写网址。", en="Please leave web addresses out.")
    return msgspec.structs.replace(
        said,
        name=people.clean_name(said.name),
        email=people.clean_email(said.email),
        number=number,
        words=words,
    )


def _no_number() -> Invalid:
    return Invalid("order.number", zh="请填写订单号。", en="Please enter the order's number.")


def declare(said: Declaration, *, now: datetime, address: str = "") -> UUID:
    """Record a withdrawal at *now*; returns its id. What becomes of it follows by itself, see `open_withdrawal`.

    Raises what `clean` raises, and TooMany.
    """
    said = clean(said)
    count("withdrawal", said.email, address)
    id = new_id()
    units = {str(line): n for line, n in said.units.items()} or None
    with transaction.atomic():
        execute(
            """
            INSERT INTO guests_withdrawal (id, name, email, number, words, units, language, order_id, state, why,
                                           case_ids, declared_at, answer)
            VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s, %s, 'received', '', '{}', %s, '')
            """,
            [
                id, said.name, said.email, said.number, said.words,
                None if units is None else msgspec.json.encode(units).decode(), said.language, said.order_id, now,
            ],
        )  # fmt: skip
        emit([WithdrawalDeclared(id)], at=now)
    return id


def open_withdrawal(id: UUID) -> str:
    """Open the cases that a recorded withdrawal asks for, as of the moment it was declared; or set it aside for a person.
    Returns the state it is in then. Once is enough: told again, nothing changes."""
    with transaction.atomic():
        row = _locked(id)
        if row["state"] == "received":
            _open(row, row["order_id"] or _match(row))
        return str(_locked(id)["state"])


def match_withdrawal(id: UUID, *, number: str, by: UUID, now: datetime) -> None:
    """A person of the platform says which order it is about; it counts from when it was declared.

    Raises Forbidden, NotFound ``order.unknown``, Refusal ``withdrawal.over``, and what the order's guarantees refuse.
    """
    people.require_role(by, *_JUDGES)
    with transaction.atomic():
        row = _waiting(id)
        if not (number := clean_number(number)):
            raise _no_number()
        order_id = orders.by_numbers([number]).get(number)
        if order_id is None:
            raise NotFound("order.unknown", zh="没有找到这个订单。", en="There is no such order.")
        row = row | {"words": ""}
        opened, why, refusal = _cases(row, order_id, now)
        if refusal is not None and not opened:
            raise refusal
        _go(row, "opened", order_id, opened, why, by=by, at=now)


def answer_withdrawal(id: UUID, *, answer: str, by: UUID, now: datetime) -> None:
    """Close one that opened nothing, with words for who declared it. Raises Forbidden, Invalid, Refusal."""
    people.require_role(by, *_JUDGES)
    said = answer.replace("\0", "").strip()
    if not 4 <= len(said) <= _ANSWER:
        raise Invalid(
            "withdrawal.answer",
            zh=f"请写明理由，4到{_ANSWER}个字。",
            en=f"Say why, in 4 to {_ANSWER} characters.",
        )
    with transaction.atomic():
        row = _waiting(id)
        WITHDRAWAL.move(
            [row["id"]], "answered", at=now, by=by,
            each={"answer": ("text", [said]), "answered_by_id": ("uuid", [by]), "answered_at": ("timestamptz", [now])},
        )  # fmt: skip
        emit([WithdrawalAnswered(id)], at=now)


def _waiting(id: UUID) -> Row:
    row = _locked(id)
    if row["state"] != "waits":
        raise Refusal("withdrawal.over", zh="这份声明已经处理。", en="This one was dealt with already.")
    return row


def _locked(id: UUID) -> Row:
    rows = fetch(
        "SELECT id, email, number, name, words, units::text AS units, order_id, state, declared_at "
        "FROM guests_withdrawal WHERE id = %s FOR UPDATE",
        [id],
    )
    if not rows:
        raise NotFound("withdrawal.unknown", zh="没有这份声明。", en="There is no such declaration.")
    return rows[0]


def _match(row: Row) -> UUID | None:
    """The order of that number, if its buyer is reached at that e-mail."""
    order_id = orders.by_numbers([row["number"]]).get(row["number"])
    if order_id is None:
        return None
    buyer = orders.buyers([order_id])[order_id].person_id
    return order_id if people.card(buyer).email == row["email"] else None


def _open(row: Row, order_id: UUID | None) -> None:
    at = row["declared_at"]
    if order_id is None:
        _go(row, "waits", None, [], "unmatched", at=at)
    elif row["words"]:
        _go(row, "waits", order_id, [], "which", at=at)
    else:
        opened, why, _ = _cases(row, order_id, at)
        _go(row, "waits" if why else "opened", order_id, opened, why, at=at)


def _go(
    row: Row,
    to: str,
    order_id: UUID | None,
    cases: list[UUID],
    why: str,
    *,
    at: datetime,
    by: UUID | None = None,
) -> None:
    execute("UPDATE guests_withdrawal SET case_ids = %s WHERE id = %s", [cases, row["id"]])
    WITHDRAWAL.move(
        [row["id"]], to, at=at, by=by, each={"order_id": ("uuid", [order_id]), "why": ("text", [why])}
    )


def _cases(row: Row, order_id: UUID, now: datetime) -> tuple[list[UUID], str, Refusal | None]:
    """The cases that were opened, why not all of them, and what the last of them refused. What travels is called back
    first, from *now* on: parcels are locked before anything else."""
    at = row["declared_at"]
    order = orders.order(order_id)
    lines = {line.id: line for line in order.lines}
    asked = msgspec.json.decode(row["units"], type=dict[UUID, int]) if row["units"] else {}
    taken = aftersales.units_in_cases(order_id)
    left = {line.id: line.quantity - line.refunded_units - taken.get(line.id, 0) for line in order.lines}
    units = {id: n for id, n in (asked or left).items() if id in lines and n > 0}
    here = {id: n for id, n in units.items() if lines[id].delivered_quantity >= n}
    coming = {id: n for id, n in units.items() if id not in here}
    may = promises.withdrawable(order_id, now=at)
    opened = _called_back(order, coming, now) if coming else []
    coming = {id: n for id, n in coming.items() if n}
    why, refusal = ("", None) if units else ("refused", None)
    for id, n in here.items():  # a line is a promise and a case of its own
        try:
            with transaction.atomic():
                opened.append(_back(order, may.get(id), id, n, at))
        except Refusal as no:
            why, refusal = "left_out", no
    if coming:
        try:
            with transaction.atomic():
                opened.append(
                    aftersales.request(
                        order_id, person_id=order.person_id, units=coming, reason="changed_mind", now=at
                    )
                )
        except Refusal as no:
            why, refusal = "refused", no
    return opened, why, refusal


def _called_back(order: orders.OrderView, coming: dict[UUID, int], now: datetime) -> list[UUID]:
    """A case for each parcel under way that holds nothing but what is withdrawn from: its courier is asked to turn it round.
    Takes these units out of *coming*; what no courier can stop is left in, and the shop is asked."""
    opened = []
    parcels = delivery.consignments_of([order.id])[order.id]
    for parcel in aftersales.stoppable(order, parcels, now=now):
        units = dict(parcel.units)
        if any(coming.get(line, 0) < n for line, n in units.items()):
            continue
        try:
            with transaction.atomic():
                opened.append(
                    aftersales.request(
                        order.id, person_id=order.person_id, units=units, reason="changed_mind",
                        rule=aftersales.WITHDRAWAL, stop=True, now=now,
                    )
                )  # fmt: skip
        except Refusal:
            continue
        for line, n in units.items():
            coming[line] -= n
    return opened


def _back(
    order: orders.OrderView, may: promises.Withdrawable | None, line: UUID, n: int, at: datetime
) -> UUID:
    """The return of *n* units that are with the buyer. Where the guarantee ended before somebody found out what was
    withdrawn in time, the shop is asked instead, by the same terms."""
    if may is None:
        raise Refusal(
            "withdrawal.left_out",
            zh="有的商品依法不能撤回，或已过期限。",
            en="Some of it is left out by law, or its time was over.",
        )
    if may.open:
        return aftersales.claim_guarantee(
            may.promise_id, aftersales.Measures(units=n), person_id=order.person_id, now=at
        )
    return aftersales.request(
        order.id,
        person_id=order.person_id,
        units={line: n},
        reason="no_reason",
        rule=aftersales.WITHDRAWAL,
        now=at,
    )
