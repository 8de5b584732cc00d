"""The buyer's story on a phone, on a whole site: buy, wait, and the coupon lands on the open page by itself."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def barriers(page: Any) -> str:
    """What axe finds on the page as it is shown; empty for nothing."""
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(reduced_motion="reduce")
    found = Axe().run(page)
    sticks_out = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    said = found.generate_report() if found.violations_count else ""
    return said + (f"{page.url} is wider than the window" if sticks_out else "")


def test_a_late_parcel_pays_while_its_buyer_looks_at_the_order(page: Any) -> None:
    page.goto("/")
    assert barriers(page) == ""
    page.click(".listing__title a >> nth=0")
    page.click(".buy button.button--primary")
    page.wait_for_selector("#added .say")
    assert page.inner_text("#bar-cart .badge") == "1"
    assert barriers(page) == ""
    page.click("#added a")
    assert barriers(page) == ""
    page.click("text=To checkout")
    page.wait_for_url("**/checkout/guest/")
    assert barriers(page) == ""
    page.click("main a:has-text('Sign in')")
    page.click("button.person:has-text('林小满')")
    page.wait_for_url("**/checkout/")
    assert barriers(page) == ""
    page.click("text=Place the order")
    page.wait_for_url("**/pay/**")
    assert barriers(page) == ""
    page.click("button[value=pay]")
    page.wait_for_url("**/paid/**")
    assert barriers(page) == ""
    page.click("main a.list__item")
    page.wait_for_selector("#order-live .slip--open")
    assert barriers(page) == ""

    other = page.context.new_page()  # somebody moves the clock in another window
    other.goto("/")
    for _ in range(2):
        other.click(".demo button[value='2d']")
        other.wait_for_load_state()
    page.wait_for_selector("#order-live .slip--broken .note")  # nobody touched this page
    assert "coupon is here, because the parcel was not collected" in page.inner_text("#order-live")
    assert barriers(page) == ""
    page.click("#order-live .slip--broken a")
    page.wait_for_url("**/decisions/**")
    assert barriers(page) == ""
    for path in (
        "/wallet/",
        "/notices/",
        "/orders/",
        "/me/",
        "/me/addresses/new/",
        "/saved/",
        "/search/?q=sofa",
    ):
        page.goto(path)
        assert barriers(page) == "", path


def test_the_whole_way_is_open_without_script(browser: Any, site: Any) -> None:
    """No part of buying needs a line of script."""
    context = browser.new_context(
        base_url=site.address,
        viewport={"width": 390, "height": 844},
        locale="zh-CN",
        java_script_enabled=False,
    )
    page = context.new_page()
    page.goto("/")
    page.click(".listing__title a >> nth=1")
    page.click(".buy button.button--primary")
    page.wait_for_url("**/cart/")
    page.click("text=去结算")
    page.click("main a:has-text('登录')")
    page.click("button.person:has-text('阿依古丽')")
    page.wait_for_url("**/checkout/")
    page.click("text=下单")
    page.wait_for_url("**/pay/**")
    page.click("button[value=pay]")
    page.wait_for_url("**/paid/**")
    assert "付好了，接下来看我们的" in page.inner_text("main")
    context.close()


def test_a_coupon_is_claimed_in_a_tap_and_checkout_takes_it_by_itself(page: Any) -> None:
    page.goto("/demo/persons/")
    page.click("button.person:has-text('阿依古丽')")
    page.goto("/shop/yimu/")
    assert barriers(page) == ""
    tap = ".claim:has-text('orchard') .claim__do, .claim:has-text('果园') .claim__do"
    page.click(tap)
    page.wait_for_selector(".claim__done")  # the page stays where it is
    page.click(".listing__title a >> nth=0")
    page.fill(".buy input[name=quantity]", "2")
    page.click(".buy button.button--primary")
    page.wait_for_selector("#added .say")
    page.goto("/checkout/")
    assert page.is_checked("input[name=coupon] >> nth=0")
    assert "−¥5" in page.inner_text("#summary")
    assert barriers(page) == ""
    page.uncheck("input[name=coupon] >> nth=0")
    page.wait_for_selector("#summary .say--amber")  # the sum follows, and says what is lost
    assert "−¥5" not in page.inner_text("#summary")
    page.click("#summary .say--amber a")
    page.wait_for_load_state()
    assert "−¥5" in page.inner_text("#summary")
    page.click("#summary button.button--primary")
    page.wait_for_url("**/pay/**")
    page.click("button[value=pay]")
    page.wait_for_url("**/paid/**")
    page.goto("/wallet/")
    assert page.locator(".coupon--past").count() == 1
    assert barriers(page) == ""
