"""What every page shares: language, theme, refusals, the demo clock, pictures."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from sanhao.faces.ui import pictures, views
from sanhao.faces.ui.middleware import RefusalMiddleware
from sanhao.kit import time as kit_time
from sanhao.kit.push import topic_of
from sanhao.kit.refusals import Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo() -> Iterator[None]:
    kit_time.found_world(is_demo=True)
    yield
    kit_time.forget()


def test_a_language_is_remembered_and_the_person_goes_back(client: Client) -> None:
    answer = client.post("/language/", {"language": "zh-hans", "next": "/cart/?a=1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/cart/?a=1")
    assert client.cookies["sanhao_language"].value == "zh-hans"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_nobody_is_sent_to_another_host(client: Client, target: str) -> None:
    assert client.post("/language/", {"language": "en", "next": target}).headers["Location"] == "/"


def test_an_unknown_language_or_theme_is_not_remembered(client: Client) -> None:
    client.post("/language/", {"language": "xx"})
    client.post("/theme/", {"theme": "pink"})
    assert not client.cookies


def test_changing_the_language_needs_a_post_with_a_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.get("/language/").status_code == 405
    assert strict.post("/language/", {"language": "en"}).status_code == 403


def test_the_page_is_in_the_language_asked_for_and_says_so(client: Client, demo: None) -> None:
    answer = client.get("/ui/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert answer.headers["Content-Language"] == "zh-hans"
    assert 'lang="zh-Hans"' in answer.content.decode()
    assert {"Cookie", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))
    client.cookies["sanhao_language"] = "en"
    answer = client.get("/ui/", headers={"Accept-Language": "zh-CN"})
    assert answer.headers["Content-Language"] == "en"


def test_the_gallery_and_the_movable_clock_exist_in_a_demo_world_only(client: Client) -> None:
    kit_time.found_world(is_demo=False)
    assert client.get("/ui/").status_code == 404
    assert client.post("/demo/clock/", {"by": "1d"}).status_code == 404
    assert client.get("/demo/clock/").status_code == 404


@pytest.mark.parametrize(("by", "moved"), [("1h", 1), ("1d", 24), ("2d", 48), ("-9d", 0), ("", 0)])
def test_the_demo_clock_moves_forward_only(client: Client, demo: None, by: str, moved: int) -> None:
    before = kit_time.now()
    assert client.post("/demo/clock/", {"by": by}).status_code == 302
    ahead = kit_time.now() - before
    assert timedelta(hours=moved) <= ahead < timedelta(hours=moved, minutes=1)


def test_an_open_page_asks_for_the_clock_once_for_each_move(client: Client, demo: None) -> None:
    page = client.get("/ui/").content.decode()
    [strip] = re.findall(r'<span id="demo-clock"[^>]*>', page)
    assert 'hx-get="/demo/clock/?zone=Asia/Shanghai"' in strip and "data-live-calm" in strip
    assert topic_of(re.findall(r'data-live="([^"]+)"', strip)[0]) == "clock"
    before = kit_time.now()
    with CaptureQueriesContext(connection) as asked:
        kit_time.move_forward(timedelta(hours=1))
    assert sum("pg_notify" in query["sql"] for query in asked) == 1, (
        "one signal for a move, from wherever it comes"
    )
    part = client.get("/demo/clock/?zone=Europe/Berlin").content.decode()
    [told] = re.findall(r'data-now="([^"]+)"', part)
    assert datetime.fromisoformat(told) - before >= timedelta(hours=1)
    assert "<html" not in part and "zone=Europe/Berlin" in part
    assert client.get("/demo/clock/?zone=Nowhere").status_code == 200


def test_a_page_carries_no_inline_style_or_script(client: Client, demo: None) -> None:
    html = client.get("/ui/").content.decode()
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert "hx-on" not in html and '"allowEval":false' in html


def test_a_missing_page_says_what_was_not_lost(client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "Your cart and your orders are where they were." in answer.content.decode()


def test_a_missing_page_is_found_missing_in_the_demo_world_too(client: Client, demo: None) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "Demo world" in answer.content.decode()


@pytest.mark.parametrize("htmx", [False, True])
def test_our_own_mistake_is_admitted_without_asking_the_database(
    rf: RequestFactory, django_assert_num_queries: Any, htmx: bool
) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    with django_assert_num_queries(0):
        answer = views.broken(rf.get("/", headers=headers))
    html = answer.content.decode()
    assert answer.status_code == 500
    if htmx:
        assert answer.headers["HX-Retarget"] == "#toasts" and "<html" not in html
    else:
        assert "我们这边出错了" in html and "Something broke on our side" in html


@pytest.mark.parametrize(
    "type",
    [
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=latin-1",
        "multipart/form-data",
        "multipart/form-data; boundary=",
    ],
)
def test_a_form_that_nobody_can_read_is_told_so(client: Client, demo: None, type: str) -> None:
    """Reading it a second time, to say so, must not fail."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/reset/").content.decode())
    assert token is not None
    answer = client.generic("POST", "/reset/", b"a=b", type, headers={"X-CSRFToken": token[1]})
    assert answer.status_code == 400
    assert "这个请求读不懂" in answer.content.decode() and "cannot be read" in answer.content.decode()


def test_a_form_in_pieces_is_refused_rather_than_taken_for_an_empty_one(client: Client, demo: None) -> None:
    answer = client.post(
        "/sign-in/",
        {"email": "leo@example.org"},
        HTTP_TRANSFER_ENCODING="chunked",
        CONTENT_LENGTH="",
        HTTP_ACCEPT_LANGUAGE="zh",
    )
    assert answer.status_code == 411
    assert "没有写明长度" in answer.content.decode()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:80:80", "a b"])
def test_another_host_is_refused(client: Client, demo: None, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400 and "evil" not in answer.content.decode()


def test_while_the_database_is_away_a_page_says_when_to_come_back(rf: RequestFactory) -> None:
    try:
        raise OperationalError("the database system is starting up")
    except OperationalError:
        answer = views.broken(rf.get("/"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def refuse(rf: RequestFactory, **headers: str) -> tuple[int, str, dict[str, str]]:
    def page(request: object) -> None:
        raise AssertionError("not reached")

    request = rf.get("/", headers=headers)
    request.COOKIES = {}
    refusal = Invalid("cart.negative", zh="数量要大于零。", en="The quantity must be above zero.")
    with translation.override("zh-hans"):
        answer = RefusalMiddleware(page).process_exception(request, refusal)
    assert answer is not None
    return answer.status_code, answer.content.decode(), dict(answer.headers)


def test_a_refusal_is_a_page_in_the_readers_language_with_its_status(rf: RequestFactory) -> None:
    status, html, _headers = refuse(rf)
    assert status == 422
    assert "<h1>数量要大于零。</h1>" in html and 'data-code="cart.negative"' in html


def test_a_refusal_to_htmx_is_a_toast_and_changes_nothing_else(rf: RequestFactory) -> None:
    status, html, headers = refuse(rf, HX_Request="true")
    assert status == 422
    assert "数量要大于零。" in html and "<html" not in html
    assert (headers["HX-Retarget"], headers["HX-Reswap"]) == ("#toasts", "beforeend")


def test_anything_but_a_refusal_is_a_bug_and_is_not_caught(rf: RequestFactory) -> None:
    middleware = RefusalMiddleware(lambda request: pytest.fail("not reached"))
    assert middleware.process_exception(rf.get("/"), ValueError("bug")) is None


def test_a_picture_may_be_kept_for_ever_because_its_address_carries_its_version(client: Client) -> None:
    answer = client.get(reverse("ui:picture", args=[pictures.version(), "parcel"]))
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    packed = client.get(answer.wsgi_request.path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.content) == answer.content
    assert client.get("/pictures/old/parcel.svg").headers["Cache-Control"] == "no-cache"


def test_a_picture_nobody_drew_is_a_wrapped_parcel(client: Client) -> None:
    known = client.get(reverse("ui:picture", args=[pictures.version(), "parcel"]))
    unknown = client.get(reverse("ui:picture", args=[pictures.version(), "unicorn"]))
    assert (unknown.status_code, unknown.content) == (200, known.content)
