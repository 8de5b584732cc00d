"""The workbench in a real browser: a morning's parcels shipped from the keyboard. (test_matrix looks at every page.)"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from tests.faces.workbench.stage import Bench, client_of, url
from tests.goods import world
from tests.service import stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., tuple[Any, list[str]]]


@pytest.fixture
def visit(browser: Any, live_server: Any) -> Visit:
    """A page of the workbench as somebody sees it, with what its console called an error."""

    def opened(person_id: UUID, path: str, *, width: int = 1280, lang: str = "en-GB", scheme: str = "light") -> tuple[Any, list[str]]:  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale=lang,
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        session = client_of(person_id).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        page, said = context.new_page(), []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{live_server.url}{url(path)}")
        return page, said

    return opened


def _is_ours(line: str) -> bool:
    return settings.LIVE_ADDRESS not in line


def test_a_morning_is_shipped_from_the_keyboard(bench: Bench, visit: Visit) -> None:
    orders = [bench.order, *(stage.paid(bench.at, now=stage.T0 + stage.hours(n)) for n in (1, 2))]
    page, said = visit(bench.clerk, "shipping/")
    page.focus(f'[data-number-of="{orders[0]}"]')
    page.keyboard.type("SBX0001")
    page.keyboard.press("Enter")
    page.keyboard.type("SBX0002")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.value") == "ship", "after the last number comes the button"
    assert page.inner_text(".reach [data-chosen]") == "2"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=2 parcels are packed")
    assert [stage.order_state(id) for id in orders] == ["shipped", "shipped", "paid"]
    assert [line for line in said if _is_ours(line)] == []
    page.context.close()


def test_a_list_pasted_into_a_number_fills_the_rows(bench: Bench, visit: Visit) -> None:
    orders = [bench.order, stage.paid(bench.at, now=stage.T0 + stage.hours(1))]
    numbers = [stage.orders.order(id).number for id in orders]
    page, _said = visit(bench.clerk, "shipping/")
    text = f"{numbers[1]}\\tSBX0002\\n{numbers[0]}\\tSBX0001"
    page.evaluate(
        f"""() => {{ const field = document.querySelector('[data-number-of]'); const data = new DataTransfer();
        data.setData('text', "{text}");
        field.dispatchEvent(new ClipboardEvent('paste', {{clipboardData: data, bubbles: true, cancelable: true}})); }}"""
    )
    filled = page.eval_on_selector_all("[data-number-of]", "all => all.map(one => one.value)")
    assert filled == ["SBX0001", "SBX0002"] and page.inner_text(".reach [data-chosen]") == "2"
    page.context.close()


def test_the_row_of_a_price_is_saved_in_place(bench: Bench, visit: Visit) -> None:
    offer = world.card(bench.at.offers[0])
    page, said = visit(bench.manager, f"goods/{offer.listing_id}/")
    page.fill(f"#stock-{offer.id}", "7")
    page.click(f"#offer-{offer.id} button")
    page.wait_for_selector("text=Put back 200.00")
    assert world.card(offer.id).stock_left == 7
    page.click("text=Put back 200.00")
    page.wait_for_url("**?saved=*")
    assert world.card(offer.id).stock_left == offer.stock_left
    assert [line for line in said if _is_ours(line)] == []
    page.context.close()
