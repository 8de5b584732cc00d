"""On a phone: the buyer chooses express at checkout, and the shop is told whom they chose."""

from __future__ import annotations

import re
from typing import Any

from tests.site import Site


def test_express_is_chosen_at_checkout_and_named_where_it_is_shipped(browser: Any, site: Site) -> None:
    buyer = _enter(browser, site, "林小满")
    buyer.goto("/shop/qingcao/")
    buyer.get_by_role("link", name=re.compile("socks", re.I)).first.click()
    buyer.locator(".buy button.button--primary").first.click()
    buyer.locator("#added .say").wait_for()
    buyer.goto("/checkout/")
    usual, express = (
        buyer.locator(".ways label", has_text=name) for name in ("The shop chooses", "Sample Express")
    )
    assert usual.locator("input").is_checked()
    assert "cheapest" in usual.inner_text() and "fastest" in express.inner_text()
    before = buyer.locator("#summary .facts__sum").last.inner_text()
    express.click()
    buyer.wait_for_function("was => !document.querySelector('#summary').innerText.includes(was)", arg=before)
    after = buyer.locator("#summary .facts__sum").last.inner_text()
    assert round(_sum(after) - _sum(before), 2) == 12.00, "the total follows the choice"
    assert express.locator("input").is_checked(), "and the choice stays"
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not buyer.evaluate(wide)
    buyer.get_by_role("button", name="Place the order").click()
    buyer.wait_for_url("**/pay/**")
    buyer.click("button[value=pay]")
    buyer.wait_for_url("**/paid/**")
    buyer.click("main a.list__item")
    buyer.wait_for_url("**/orders/**")
    assert "Sample Express brings it, or the freight comes back to you by itself" in buyer.inner_text(
        "#order-live"
    )
    assert "Courier you chose" in buyer.inner_text("main")
    shop = _enter(browser, site, "乌日娜")
    shop.goto("/workbench/qingcao/shipping/")
    assert "The buyer chose Sample Express" in shop.inner_text("main")
    assert not shop.evaluate(wide)
    for page in (buyer, shop):
        page.context.close()


def test_without_script_the_choice_is_made_all_the_same(browser: Any, site: Site) -> None:
    page = _enter(browser, site, "林小满", script=False)
    page.goto("/shop/qingcao/")
    page.get_by_role("link", name=re.compile("socks", re.I)).first.click()
    page.locator(".buy button.button--primary").first.click()
    page.wait_for_url("**/cart/**")
    page.goto("/checkout/")
    before = page.locator("#summary .facts__sum").last.inner_text()
    page.locator(".ways label", has_text="Sample Express").click()
    page.get_by_role("button", name="Work out the total").click()
    assert round(_sum(page.locator("#summary .facts__sum").last.inner_text()) - _sum(before), 2) == 12.00
    assert page.locator(".ways label", has_text="Sample Express").locator("input").is_checked()
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url("**/pay/**")
    page.context.close()


def _sum(words: str) -> float:
    return float(re.sub(r"[^\d.]", "", words))


def _enter(browser: Any, site: Site, name: str, *, script: bool = True) -> Any:
    context = browser.new_context(
        base_url=site.address, viewport={"width": 390, "height": 844}, locale="en-GB", timezone_id="Asia/Shanghai",
        java_script_enabled=script,
    )  # fmt: skip
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_role("button", name=re.compile(name)).first.click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    return page
