"""The gallery in a real browser: axe finds nothing, nothing sticks out, touch targets are large, scripts do their part."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings

from sanhao.kit import push
from sanhao.kit import time as kit_time

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
_TARGETS = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')]
  .filter(e => { const r = e.getBoundingClientRect(); return r.width && r.height; })
  .filter(e => !e.closest('p, .facts, td, th, .wall, .slip__title, .listing__title, .slip-row__title, label, .field--check, .visually-hidden') && !e.matches('.skip, .slip__title a'))
  .filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 90))"""


@pytest.fixture
def address(live_server: Any) -> str:
    kit_time.found_world(is_demo=True)
    return f"{live_server.url}/ui/"


def _open(
    browser: Any, address: str, *, width: int, scheme: str, lang: str = "en-GB", **more: Any
) -> tuple[Any, list[str]]:
    page = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        locale=lang,
        reduced_motion="reduce",
        **more,
    ).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    return page, said


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_gallery_has_no_barriers_no_errors_and_nothing_sticks_out(
    browser: Any, address: str, width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, said = _open(
        browser, address, width=width, scheme=scheme, lang="zh-CN" if scheme == "dark" else "en-GB"
    )
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [line for line in said if settings.LIVE_ADDRESS not in line] == []
    page.context.close()


def test_what_is_touched_is_large_enough(browser: Any, address: str) -> None:
    page, _said = _open(browser, address, width=390, scheme="light", has_touch=True, is_mobile=True)
    assert page.evaluate(_TARGETS) == []
    page.context.close()


def test_the_theme_changes_at_once_and_is_remembered(browser: Any, address: str) -> None:
    page, _said = _open(browser, address, width=390, scheme="light")
    page.click("[popovertarget=display]")
    with page.expect_response("**/theme/"):
        page.click("button[name=theme][value=dark]")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.context.close()


def test_a_refusal_to_htmx_lands_as_a_toast_and_leaves_the_page_alone(browser: Any, address: str) -> None:
    page, _said = _open(browser, address, width=390, scheme="light")
    before = page.inner_html("main")
    page.evaluate("htmx.ajax('GET', '/ui/live/nonsense/', 'main')")
    page.wait_for_selector(".toast--error")
    assert page.inner_html("main") == before
    page.context.close()


def test_a_card_fetches_itself_again_when_its_topic_is_pushed(browser: Any, address: str) -> None:
    page, _said = _open(browser, address, width=390, scheme="light")
    page.evaluate("""() => {
        const slip = document.getElementById('promise-open');
        slip.setAttribute('hx-get', '/ui/live/broken/'); slip.setAttribute('hx-trigger', 'live');
        slip.setAttribute('hx-swap', 'outerHTML'); slip.setAttribute('hx-target', 'this');
        document.getElementById('promise-broken').remove();
        htmx.process(slip); htmx.trigger(slip, 'live');
    }""")
    page.wait_for_selector("main > section .slip--broken .note")
    assert page.locator("#promise-open.slip").count() == 0
    page.context.close()


def test_the_gallery_reads_and_works_without_script(browser: Any, address: str) -> None:
    page, _said = _open(browser, address, width=390, scheme="light", java_script_enabled=False)
    assert page.locator(".slip").count() == 7
    assert not page.locator("[data-quantity] button").first.is_visible()
    page.context.close()


def test_pictures_are_served_under_the_policy(browser: Any, address: str) -> None:
    page, _said = _open(browser, address, width=1280, scheme="light")
    page.evaluate("document.querySelectorAll('img').forEach(i => i.loading = 'eager')")
    broken = (
        """Promise.all([...document.images].map(image => image.decode().then(() => "", () => image.src)))"""
    )
    assert [source for source in page.evaluate(broken) if source] == []
    page.context.close()


def test_a_pushed_topic_refreshes_exactly_the_elements_that_watch_it(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    watched: list[str] = []
    mine, other = push.ticket("order:1"), push.ticket("order:2")

    def answer(socket: Any) -> None:
        def hear(text: str) -> None:
            watched.append(text)
            if mine in json.loads(text)["watch"]:
                socket.send('{"topic": "order:1"}')

        socket.on_message(hear)

    page.route_web_socket(settings.LIVE_ADDRESS + "/**", answer)
    page.route_web_socket(settings.LIVE_ADDRESS, answer)
    page.goto(address)
    page.evaluate(
        """([mine, other]) => {
        for (const [id, ticket] of [['promise-open', mine], ['promise-soon', mine], ['promise-past', other]]) {
            const slip = document.getElementById(id);
            slip.dataset.live = ticket;
            slip.addEventListener('live', () => { slip.dataset.heard = String(Number(slip.dataset.heard || 0) + 1); });
        }
        document.dispatchEvent(new CustomEvent('htmx:afterSettle'));
    }""",
        [mine, other],
    )
    page.wait_for_selector("#promise-soon[data-heard]")
    clock, *more = [sorted(json.loads(text)["watch"]) for text in watched]
    assert len(clock) == 1 and more == [sorted([mine, other])], (
        "the demo world's clock, then what the page came to show"
    )
    heard = page.evaluate(
        "['open', 'soon', 'past'].map(look => document.getElementById('promise-' + look).dataset.heard)"
    )
    assert heard == ["1", "1", None]
    context.close()
