"""The rule about answers has a form of its own: minutes in words, hours as a clock shows them."""

from __future__ import annotations

from sanhao.faces.control.terms import TermsForm
from sanhao.service.conversations import api as conversations


def test_the_hours_are_typed_as_a_clock_shows_them_and_misfits_stand_beside_their_field() -> None:
    start = TermsForm(conversations.RULE, {})
    assert {"shop_minutes", "opens", "close_days"} <= set(start.fields)
    assert (start["opens"].value(), start["closes"].value()) == ("09:00", "21:00")
    assert 'type="time"' in str(start["opens"])
    assert start.fields["shop_minutes"].label == "Minutes a shop has to answer"
    typed = {name: start[name].value() for name in start.fields}
    form = TermsForm(
        conversations.RULE, {}, typed | {"opens": "08:30", "closes": "00:00", "shop_minutes": "120"}
    )
    assert form.is_valid(), form.errors
    assert (form.terms["opens"], form.terms["closes"], form.terms["shop_minutes"]) == (510, 1_440, 120)
    again = TermsForm(conversations.RULE, form.terms)
    assert (again["opens"].value(), again["closes"].value()) == ("08:30", "00:00")
    for wrong in ({"opens": "25:00"}, {"opens": "22:00"}, {"shop_minutes": "0"}, {"calendar": "ZZ"}):
        assert not TermsForm(conversations.RULE, {}, typed | wrong).is_valid()
