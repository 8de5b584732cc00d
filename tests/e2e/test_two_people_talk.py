"""Two browsers, one conversation: what one types stands on the other's screen without a reload."""

from __future__ import annotations

import re
from typing import Any

from tests.site import Site


def test_a_question_and_its_answer_cross_the_room(browser: Any, site: Site) -> None:
    buyer, shop = (_enter(browser, site, name) for name in ("林小满", "乌日娜"))
    buyer.goto("/talks/")
    buyer.get_by_role("link", name="Qingcao Cashmere").first.click()
    shop.goto("/workbench/qingcao/talks/?show=open")
    shop.get_by_role("link", name="林小满").first.click()
    shop.wait_for_function("() => document.querySelector('[data-live]')")
    buyer.get_by_label("Your message").fill("How long are the sleeves?")
    buyer.get_by_role("button", name="Send message").click()
    buyer.locator(".bubble--mine", has_text="How long are the sleeves?").wait_for()
    assert buyer.get_by_label("Your message").input_value() == "", "a sent form is empty again"
    shop.locator(".bubble--theirs", has_text="How long are the sleeves?").wait_for(timeout=30_000)
    shop.get_by_label("Your message").fill("58 cm from the shoulder.")
    shop.get_by_label("Your message").press("Enter")
    buyer.locator(".bubble--theirs", has_text="58 cm from the shoulder.").wait_for(timeout=30_000)
    assert "58 cm" in buyer.locator("#talk-news").inner_text(), "and a screen reader hears it"
    for page in (buyer, shop):
        page.context.close()


def _enter(browser: Any, site: Site, name: str) -> Any:
    context = browser.new_context(
        base_url=site.address,
        viewport={"width": 390, "height": 844},
        locale="en-GB",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_role("button", name=re.compile(name)).first.click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    return page
