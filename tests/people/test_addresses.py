"""Addresses: one's own only, one default while there is any, and no text that a label could not carry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import asdict, replace

from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.people import api
from sanhao.people.api import AddressDraft
from sanhao.people.core import clean_address, clean_email, clean_name
from tests.conftest import T0

HOME = AddressDraft(
    "王小明", "+86 138-0000-0000", "CN", "浙江省", "杭州市", "西湖区文三路 1 号 <2 单元>", "310000"
)
SECOND = timedelta(seconds=1)


@pytest.mark.django_db
def test_an_address_comes_back_as_written_and_the_first_is_the_default(person: Callable[[str], UUID]) -> None:
    wang = person("wang")
    first = api.add_address(wang, HOME, now=T0)
    second = api.add_address(wang, replace(HOME, city="  宁波市 ", country="cn"), now=T0 + SECOND)
    assert [(a.id, a.city, a.is_default) for a in api.addresses(wang)] == [
        (first, "杭州市", True), (second, "宁波市", False),
    ]  # fmt: skip
    assert asdict(HOME).items() <= asdict(api.address(first, person_id=wang)).items()
    assert api.address(second, person_id=wang).country == "CN"


@pytest.mark.django_db
def test_anothers_address_is_not_found_by_any_verb_and_stays_as_it_is(person: Callable[[str], UUID]) -> None:
    wang, li = person("wang"), person("li")
    id = api.add_address(wang, HOME, now=T0)
    api.add_address(li, HOME, now=T0)
    before = fetch("SELECT * FROM people_address ORDER BY id")
    for target in (id, new_id()):
        for attempt in (
            lambda t=target: api.address(t, person_id=li),
            lambda t=target: api.edit_address(t, HOME, person_id=li),
            lambda t=target: api.set_default_address(t, person_id=li),
            lambda t=target: api.remove_address(t, person_id=li),
        ):
            with pytest.raises(NotFound):
                attempt()
    assert fetch("SELECT * FROM people_address ORDER BY id") == before
    with pytest.raises(NotFound):
        api.add_address(new_id(), HOME, now=T0)


@pytest.mark.django_db
def test_an_address_is_edited_in_place(person: Callable[[str], UUID]) -> None:
    wang = person("wang")
    id = api.add_address(wang, HOME, now=T0)
    api.edit_address(id, replace(HOME, recipient="李雷", postcode=""), person_id=wang)
    card = api.address(id, person_id=wang)
    assert (card.recipient, card.postcode, card.is_default) == ("李雷", "", True)


@pytest.mark.django_db
def test_the_book_holds_twenty(person: Callable[[str], UUID]) -> None:
    wang = person("wang")
    for n in range(20):
        api.add_address(wang, HOME, now=T0 + n * SECOND)
    with pytest.raises(Refusal) as refused:
        api.add_address(wang, HOME, now=T0)
    assert refused.value.code == "address.too_many"
    assert len(api.addresses(wang)) == 20


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"recipient": ""}, "address.recipient"),
        ({"recipient": " \u200d "}, "address.recipient"),
        ({"recipient": "x" * 61}, "address.recipient"),
        ({"street": "x" * 201}, "address.street"),
        ({"street": "line one\nline two"}, "address.street"),
        ({"city": "\u202ekcab"}, "address.city"),
        ({"city": "nul\x00"}, "address.city"),
        ({"region": "half \ud800"}, "address.region"),
        ({"region": "para\u2029graph"}, "address.region"),
        ({"phone": "call me"}, "address.phone"),
        ({"phone": "1234"}, "address.phone"),
        ({"phone": "1" * 16}, "address.phone"),
        ({"phone": "+86 138; DROP"}, "address.phone"),
        ({"country": "China"}, "address.country"),
        ({"country": "ß"}, "address.country"),
        ({"postcode": "x" * 17}, "address.postcode"),
    ],
)
def test_what_no_parcel_label_could_carry_is_refused_by_field(change: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_address(replace(HOME, **change))
    assert refused.value.code == code


@given(st.text(max_size=300), st.text(max_size=80), st.text(max_size=30))
def test_any_text_is_cleaned_once_and_for_all_or_refused(street: str, city: str, phone: str) -> None:
    try:
        clean = clean_address(replace(HOME, street=street, city=city, phone=phone))
    except Invalid:
        return
    assert clean_address(clean) == clean
    assert len(clean.street) <= 200 and len(clean.city) <= 60
    assert all(c.isprintable() or c in "\u200c\u200d\u00a0\u3000" or c.isspace() for c in clean.street)
    assert "\n" not in clean.street and "\x00" not in clean.street


@given(st.text(max_size=80))
def test_any_email_or_name_is_cleaned_once_and_for_all_or_refused(text: str) -> None:
    for clean in (clean_email, clean_name):
        try:
            once = clean(text)
        except Invalid:
            continue
        assert clean(once) == once


class AddressBook(RuleBasedStateMachine):
    """Adding, editing, removing in any order: exactly one default while there is any address."""

    wang: UUID
    minutes = 0

    def __init__(self) -> None:
        super().__init__()
        email = f"{new_id()}@example.org"
        self.wang = api.enrol([api.Enrolment(email, "Wang")], now=T0)[email]
        self.known: list[UUID] = []

    @rule(is_default=st.booleans())
    def add(self, is_default: bool) -> None:
        if len(self.known) < 20:
            self.minutes += 1
            id = api.add_address(self.wang, HOME, now=T0 + self.minutes * SECOND, is_default=is_default)
            self.known.append(id)
            if is_default:
                assert api.address(id, person_id=self.wang).is_default

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        api.remove_address(id := data.draw(st.sampled_from(self.known)), person_id=self.wang)
        self.known.remove(id)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def choose(self, data: st.DataObject) -> None:
        api.set_default_address(id := data.draw(st.sampled_from(self.known)), person_id=self.wang)
        assert api.addresses(self.wang)[0].id == id

    @invariant()
    def one_default(self) -> None:
        cards = api.addresses(self.wang)
        assert {card.id for card in cards} == set(self.known)
        assert sum(card.is_default for card in cards) == (1 if cards else 0)


@pytest.mark.django_db
def test_whatever_is_done_to_an_address_book_it_has_one_default() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        AddressBook,
        settings=settings(max_examples=15, stateful_step_count=20, suppress_health_check=list(HealthCheck)),
    )
