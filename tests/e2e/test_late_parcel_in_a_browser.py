"""The story of the late parcel as people see it: in a browser, on a phone and on a desk, in both languages.

Every page passed through is looked at twice: as it stands, on a phone in English and in light; and by the same person on
a desk, in Chinese and in the dark. Neither may have barriers, stick out sideways, or complain in the console.
With SANHAO_SCREENSHOTS=1 it also takes the pictures of the README.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.site import Site

PHONE, DESK = (390, 844), (1360, 900)
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
_TAKE_PICTURES = os.environ.get("SANHAO_SCREENSHOTS") == "1"
_SETTLES_WITHIN_MS = 20_000


@dataclass
class Somebody:
    """One person at one browser. *complaints* is all that was wrong with the pages they saw."""

    browser: Any
    site: Site
    page: Any
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer.status == 200, f"{path}: {answer.status}"

    def becomes(self, name: str) -> None:
        """One click in the demo world."""
        self.open("/sign-in/")
        self.page.get_by_role("button", name=re.compile(name)).first.click()
        self.page.wait_for_url(lambda url: "/sign-in/" not in url)

    def looks(self, picture: str = "", *, width: tuple[int, int] = PHONE) -> None:
        """Look at the page as it stands, and at the same page on a desk, in Chinese, in the dark."""
        _examine(self.page, self.complaints)
        with self._also(DESK, lang="zh-hans", scheme="dark") as other:
            _examine(other, self.complaints)
            if not re.search("[一-鿿]", other.locator("nav").first.inner_text()):
                self.complaints.append(
                    f"{other.url} is not in Chinese (`sanhao build` compiles translations)"
                )
        if picture and _TAKE_PICTURES:
            for lang in ("en", "zh-hans"):
                with self._also(width, lang=lang, scheme="light") as other:
                    _keep(other, f"{picture}.{lang.removesuffix('-hans')}.png")

    @contextmanager
    def _also(self, size: tuple[int, int], *, lang: str, scheme: str) -> Iterator[Any]:
        """The page this person is looking at, once more: another size, language and light."""
        context = self.browser.new_context(
            base_url=self.site.address, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme,
            reduced_motion="reduce", timezone_id="Asia/Shanghai", device_scale_factor=1.5 if size == PHONE else 1,
            storage_state=self.page.context.storage_state(),
        )  # fmt: skip
        context.add_cookies([{"name": "sanhao_language", "value": lang, "url": self.site.address}])
        page = context.new_page()
        _listen(page, self.complaints)
        page.goto(self.page.url.partition("#")[0])
        yield page
        context.close()


def _listen(page: Any, complaints: list[str]) -> None:
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None,
    )


def _examine(page: Any, complaints: list[str]) -> None:
    """Barriers and what sticks out; told at the end, all together, so that one run says everything."""
    found = Axe().run(page)
    if found.violations_count:
        complaints.append(f"{page.url}\n{found.generate_report()}")
    wide, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if wide > room:
        complaints.append(f"{page.url} sticks out sideways: {wide} of {room}")


def _keep(page: Any, name: str) -> None:
    """A picture in 256 colours: flat drawings need no more, and the repository stays small."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE).save(
        PICTURES / name, optimize=True
    )


@pytest.fixture
def somebody(browser: Any, site: Site) -> Iterator[Callable[[], Somebody]]:
    """Persons with browsers of their own; whatever their consoles complain of fails the story."""
    all_of_them: list[Somebody] = []

    def sits_down() -> Somebody:
        context = browser.new_context(
            base_url=site.address, viewport={"width": PHONE[0], "height": PHONE[1]}, locale="en-GB",
            timezone_id="Asia/Shanghai", reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(15_000)
        who = Somebody(browser, site, context.new_page())
        _listen(who.page, who.complaints)
        all_of_them.append(who)
        return who

    yield sits_down
    for who in all_of_them:
        who.page.context.close()
    wrong = [complaint for who in all_of_them for complaint in who.complaints]
    assert not wrong, "\n\n".join(wrong)


def buys_the_sweater(buyer: Somebody) -> str:
    """From a search with two slips to a paid order; returns the address of its page."""
    page = buyer.page
    buyer.open("/")
    buyer.looks("home")
    page.get_by_role("combobox", name="Search").fill("cashmire swaeter")
    page.get_by_role("combobox", name="Search").press("Enter")
    page.wait_for_url("**/search/?q=*")
    buyer.looks()
    page.get_by_role("link", name="Crew-neck cashmere sweater").first.click()
    page.wait_for_url("**/goods/**")
    buyer.looks()
    page.get_by_role("button", name="Into the cart").click()
    page.get_by_role("link", name="To the cart").click()
    page.wait_for_url("**/cart/")
    buyer.looks()
    page.get_by_role("link", name="To checkout").click()
    page.wait_for_url("**/checkout/")
    buyer.looks()
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url("**/pay/**")
    buyer.looks()
    page.get_by_role("button", name=re.compile(r"^Pay ¥880")).click()
    page.wait_for_url("**/paid/**")
    expect(page.get_by_role("heading", name="Paid. Now it is our turn.")).to_be_visible()
    buyer.looks()
    page.get_by_role("main").locator("a[href^='/orders/']").first.click()
    page.wait_for_url("**/orders/*/")
    return str(page.url)


def moves_the_clock(somebody_else: Somebody, *steps: str) -> None:
    for step in steps:
        with somebody_else.page.expect_navigation():
            somebody_else.page.locator(f"button[name=by][value='{step}']").click()


def test_a_late_parcel_pays_for_itself_and_everybody_sees_why(somebody: Callable[[], Somebody]) -> None:
    leo, urna = somebody(), somebody()
    leo.becomes("Leo Martens")
    order = buys_the_sweater(leo)
    running = leo.page.locator("article.slip", has_text="Late shipment pays")
    expect(running).to_contain_text("With the courier by")
    leo.looks("order-open")

    # The shop sees it, forgets it, and two days pass. Leo's page stays open and is never touched again.
    urna.becomes("乌日娜")
    urna.open("/workbench/qingcao/")
    expect(urna.page.get_by_role("heading", name="1 parcel to hand over")).to_be_visible()
    urna.looks()
    leo.page.evaluate("window.neverReloaded = true")
    moves_the_clock(urna, "2d", "1h")
    expect(leo.page.locator("article.slip--broken")).to_have_count(0)
    moves_the_clock(urna, "1h")
    broken = leo.page.locator("article.slip--broken", has_text="Late shipment pays")
    expect(broken).to_be_visible(timeout=_SETTLES_WITHIN_MS)
    expect(broken).to_contain_text("¥8.80")
    expect(broken).to_contain_text("the parcel was not collected by")
    assert leo.page.evaluate("window.neverReloaded") is True
    assert leo.page.url == order
    leo.looks("order-compensated")
    leo.open("/wallet/")
    expect(leo.page.get_by_role("main")).to_contain_text("¥8.80")
    leo.looks()
    leo.open("/notices/")
    expect(leo.page.get_by_role("main")).to_contain_text("Your ¥8.80 coupon is here")
    leo.looks()

    # The merchant: the sum, the reason, the way to appeal.
    urna.open("/workbench/qingcao/debits/")
    urna.looks()
    urna.page.get_by_role("link", name="Appeal").first.click()
    urna.page.wait_for_url("**/debits/*-*/**")
    expect(urna.page.get_by_role("main")).to_contain_text("¥8.80")
    expect(urna.page.get_by_role("main")).to_contain_text("not collected by")
    urna.looks()
    urna.page.get_by_role("textbox").first.fill("The courier's van stood in the snow; the depot says so.")
    urna.page.get_by_role("button", name="Appeal").click()
    expect(urna.page.get_by_role("main")).to_contain_text("A person looks at it")
    urna.looks()

    # The platform: the appeal, the facts it is about, the same judge under other terms, an answer.
    lu = somebody()
    lu.becomes("陆平")
    lu.open("/control/")
    expect(lu.page.get_by_role("main")).to_contain_text("Today")
    lu.looks()
    lu.open("/control/appeals/")
    expect(lu.page.get_by_role("main")).to_contain_text("The courier's van stood in the snow")
    lu.looks()
    lu.page.get_by_role("link", name="Read and answer").click()
    lu.page.wait_for_url("**/appeals/*-*/")
    lu.page.get_by_role("button", name="I answer this one").click()
    expect(lu.page.get_by_role("button", name="Overturn")).to_be_visible()
    lu.looks()
    appeal = lu.page.url
    lu.page.get_by_role("link", name="Judge again").click()
    lu.page.wait_for_url("**/again/")
    lu.page.get_by_role("link", name="tmall").click()
    lu.page.wait_for_url("**profile=tmall*")
    expect(lu.page.get_by_role("region", name=re.compile("¥|differ|more"))).to_contain_text("¥264")
    lu.looks("judge-again", width=DESK)
    lu.open(appeal)
    lu.page.get_by_role("textbox").first.fill("The depot confirms the snow. The sum goes back to you.")
    lu.page.once("dialog", lambda dialog: dialog.accept())
    lu.page.get_by_role("button", name="Overturn").click()
    expect(lu.page.get_by_role("main")).to_contain_text("Our answer")
    lu.looks()

    # The shop has its money back, and Leo keeps his coupon.
    urna.page.reload()
    expect(urna.page.get_by_role("main")).to_contain_text("You were right: the money is back.")
    expect(urna.page.get_by_role("main")).to_contain_text("The depot confirms the snow.")
    leo.open("/wallet/")
    expect(leo.page.get_by_role("main")).to_contain_text("¥8.80")
