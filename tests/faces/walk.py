"""One browser goes through all pages of a face: every address of its matrix that answers with a page, in one sitting.

Each page is looked at on a phone in light (axe, nothing sticks out, one title, what is touched is large enough), and,
without being asked for again, on a desk in the dark (contrast, nothing sticks out). All complaints are told together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')]
  .filter(e => { const r = e.getBoundingClientRect(); return r.width && r.height; })
  .filter(e => !e.closest('p, dd, td, th, .wall, .slip-row__title, .line__words, label, .field--check, .visually-hidden') && !e.matches('.skip'))
  .filter(e => getComputedStyle(e, '::after').position !== 'absolute')
  .filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 120))"""
"""What a finger would miss: below 44 px, and neither a link within a text or a cell nor one whose whole row answers."""
_TITLES = "[document.title.trim().length > 0, document.querySelectorAll('h1').length]"
_SETTLED = """() => matchMedia("(prefers-color-scheme: dark)").matches
  && document.getAnimations().every(one => one.playState !== "running")"""
_STICKS_OUT = "Math.max(0, document.documentElement.scrollWidth - innerWidth)"
_Row = tuple[str, str, tuple[int, ...]]


def pages_of(matrix: Mapping[str, _Row], role: int, names: Mapping[str, Any]) -> list[str]:
    """The addresses that this role may read."""
    return [path.format(**names) for method, path, expected in matrix.values() if method == "GET" and expected[role] == 200]  # fmt: skip


def walk(
    browser: Any, address: str, who: UUID | None, paths: list[str], *, lang: str, desk: bool = True
) -> None:
    """Look at the pages at *paths* as *who* sees them in *lang*. Raises AssertionError with all that is wrong."""
    context = browser.new_context(
        base_url=address, viewport=PHONE, has_touch=True, is_mobile=True, color_scheme="light", reduced_motion="reduce",
        timezone_id="Asia/Shanghai",
    )  # fmt: skip
    cookies = {"sanhao_language": lang} | ({settings.SESSION_COOKIE_NAME: _session(who)} if who else {})
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    page, wrong = context.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("console", lambda said: wrong.append(f"{page.url}: {said.text}") if _is_ours(said) else None)
    seen = 0
    for path in paths:
        if not _is_page(context, path):
            continue
        seen += 1
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(path)
        wrong += [f"{path} on a phone: {complaint}" for complaint in _on_a_phone(page)]
        if desk:
            page.set_viewport_size(DESK)
            page.emulate_media(color_scheme="dark", reduced_motion="reduce")
            wrong += [f"{path} on a desk: {complaint}" for complaint in _on_a_desk(page)]
    context.close()
    assert seen, "no page was found to look at"
    assert not wrong, "\n" + "\n".join(wrong)


def _on_a_phone(page: Any) -> Iterator[str]:
    yield from _told(Axe().run(page).response)
    if page.evaluate(_STICKS_OUT):
        yield "sticks out sideways"
    if (found := page.evaluate(_TITLES)) != [True, 1]:
        yield f"a title and one h1 are wanted, not {found}"
    yield from (f"too small to touch: {html}" for html in page.evaluate(SMALL_TARGETS))


def _on_a_desk(page: Any) -> Iterator[str]:
    page.wait_for_function(_SETTLED)
    yield from _told(page.evaluate("() => axe.run(document, {runOnly: ['color-contrast']})"))
    if page.evaluate(_STICKS_OUT):
        yield "sticks out sideways"


def _told(found: Mapping[str, Any]) -> Iterator[str]:
    for violation in found["violations"]:
        yield f"{violation['id']}: " + "; ".join(node["html"][:160] for node in violation["nodes"][:3])


def _is_page(context: Any, path: str) -> bool:
    """Whether a whole page is there: neither a piece for htmx nor a file to keep."""
    answer = context.request.get(path, max_redirects=0)
    return "text/html" in answer.headers["content-type"] and "<!doctype html" in answer.text()[:40].lower()


def _is_ours(said: Any) -> bool:
    return said.type == "error" and settings.LIVE_ADDRESS not in said.text


def _session(person_id: UUID) -> str:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=person_id))
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)
