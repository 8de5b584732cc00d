"""Bytes that no browser sends, against the real server over real sockets: a clear answer, one line in the log, still up."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.cli.test_up import descendants
from tests.faces import matrix_control, matrix_storefront, matrix_workbench
from tests.site import Site

HOOK, FORM = "/hooks/carriers/sandbox/", "/sign-in/"
FIELDS = "Content-Type: application/x-www-form-urlencoded"
PARTS = "Content-Type: multipart/form-data; boundary=zz"
TEN_MEGABYTES = b"x=" + b"y" * 10_000_000
_PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def _sound(site: Site) -> Iterator[None]:
    """Whatever was sent: afterwards the same processes answer, and the log has grown by lines, not by tracebacks."""
    before, said = set(descendants(site.process.pid)), site.log.stat().st_size
    yield
    assert status(site, "GET", "/") == 200
    assert set(descendants(site.process.pid)) == before, "no process was lost"
    grown = site.log.read_bytes()[said:]
    assert b"Traceback" not in grown, grown.decode(errors="replace")
    assert all(len(line) < 500 for line in grown.splitlines())


def talk(site: Site, head: str, body: bytes = b"", *, cut: bool = False) -> bytes:
    """Send it all, then read the answer up to its body's beginning. Losing the connection meanwhile is an error."""
    parts = urlsplit(site.address)
    with socket.create_connection(
        (parts.hostname or "", parts.port or 80), timeout=_PATIENCE_SECONDS
    ) as line:
        line.sendall(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n")
        line.sendall(body)
        if cut:
            return b""
        answer = b""
        while b"\r\n\r\n" not in answer and (piece := line.recv(65_536)):
            answer += piece
        return answer


def status(site: Site, method: str, path: str, *headers: str, body: bytes = b"") -> int:
    head = "\n".join((f"{method} {path} HTTP/1.1", f"Host: {urlsplit(site.address).netloc}", *headers))
    answer = talk(site, head, body)
    assert answer.startswith(b"HTTP/1.1 "), answer
    return int(answer.split()[1])


def post(site: Site, path: str, *headers: str, body: bytes, chunked: bool = False) -> int:
    if chunked:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    return status(site, "POST", path, length, *headers, body=body)


@pytest.fixture(scope="module")
def token(site: Site) -> tuple[str, str]:
    """What a form needs to be read at all: a cookie, and the same as a header."""
    head = f"GET {FORM} HTTP/1.1\nHost: {urlsplit(site.address).netloc}"
    [secret] = re.findall(rb"csrftoken=(\w+)", talk(site, head))
    return f"Cookie: csrftoken={secret.decode()}", f"X-CSRFToken: {secret.decode()}"


def memory(site: Site) -> int:
    """Bytes in use by all processes of the site."""
    sizes = [Path(f"/proc/{pid}/statm").read_text().split()[1] for pid in descendants(site.process.pid)]
    return sum(map(int, sizes)) * 4_096


def test_ten_megabytes_are_answered_while_they_are_still_sent(site: Site, token: tuple[str, str]) -> None:
    """An answer before the body's end would close the connection, and the sender would never read it."""
    before = memory(site)
    for _ in range(3):
        assert post(site, HOOK, body=TEN_MEGABYTES) == 413
        assert post(site, HOOK, body=TEN_MEGABYTES, chunked=True) == 411
        assert post(site, FORM, FIELDS, *token, body=TEN_MEGABYTES) == 400
        assert post(site, FORM, FIELDS, *token, body=TEN_MEGABYTES, chunked=True) == 411
        assert post(site, FORM, FIELDS, body=TEN_MEGABYTES) == 403
        part = b'--zz\r\nContent-Disposition: form-data; name="x"\r\n\r\n' + TEN_MEGABYTES + b"\r\n--zz--\r\n"
        assert post(site, FORM, PARTS, *token, body=part) == 400
    assert memory(site) - before < 150_000_000


def test_ten_thousand_fields_are_one_quiet_refusal(site: Site, token: tuple[str, str]) -> None:
    body = b"&".join(b"a%d=1" % n for n in range(10_000))
    assert post(site, FORM, FIELDS, *token, body=body) == 400
    assert post(site, FORM, FIELDS, body=body) == 403, "without a token nobody even reads them"
    files = b"".join(
        b'--zz\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nq\r\n' for _ in range(300)
    )
    assert post(site, FORM, PARTS, *token, body=files + b"--zz--\r\n") == 400


_PART = b'--zz\r\nContent-Disposition: form-data; name="f"; filename="a\0b"\r\n'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (PARTS, b""),
        (PARTS, b"--zz"),
        (PARTS, b"no part at all"),
        (PARTS, _PART + b"Content-Transfer-Encoding: base64\r\n\r\n!!!!\r\n--zz--\r\n"),
        (PARTS, _PART + b"\r\n" + b"q" * 3_000_000),
        (PARTS, _PART + b"X: " + b"q" * 100_000 + b"\r\n\r\n1\r\n--zz--\r\n"),
        ("Content-Type: multipart/form-data", b"a=1"),
        ("Content-Type: multipart/form-data; boundary=\xe9", b"a=1"),
        (FIELDS + "; charset=nonsense", b"a=1"),
        (FIELDS, b"\xff\0=%ff%00&&&;==="),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_mangled_form_is_answered(site: Site, token: tuple[str, str], kind: str, body: bytes) -> None:
    assert post(site, FORM, kind, *token, body=body) in (400, 415, 422)
    assert post(site, FORM, kind, body=body) in (400, 403, 415)


def test_a_sender_who_goes_away_in_the_middle_is_nobodys_trouble(site: Site, token: tuple[str, str]) -> None:
    for path, kind in ((FORM, FIELDS), (FORM, PARTS), (HOOK, FIELDS)):
        head = "\n".join((f"POST {path} HTTP/1.1", f"Host: {urlsplit(site.address).netloc}", "Content-Length: 90000", kind, *token))  # fmt: skip
        for body in (b"", b"a=1", b"--zz\r\nContent-Disposition: form-data"):
            talk(site, head, body, cut=True)


@pytest.mark.parametrize(
    "lengths",
    [
        ("Content-Length: 4", "Content-Length: 7"),
        ("Content-Length: -4",),
        ("Content-Length: 4x",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: chunked, identity",),
    ],
)
def test_lengths_that_disagree_are_refused(site: Site, lengths: tuple[str, ...]) -> None:
    assert status(site, "POST", FORM, FIELDS, *lengths, body=b"a=1&b=2") == 400


def test_of_a_length_and_chunks_the_chunks_count(site: Site) -> None:
    """As the RFC says; what follows is no second request smuggled in behind the first."""
    smuggled = b"3\r\na=1\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    lengths = (f"Content-Length: {len(smuggled)}", "Transfer-Encoding: chunked")
    assert status(site, "POST", FORM, FIELDS, *lengths, body=smuggled) in (400, 411)


def test_cookies_that_nobody_signed_are_a_guests(site: Site, token: tuple[str, str]) -> None:
    for value in ("x" * 32, "'; DROP TABLE", "\xff\xfe", "a" * 8_000, "sanhao_session=", "%00"):
        cookies = (
            f"Cookie: sanhao_session={value}; sanhao_cart={value}; messages={value}; sanhao_language={value}"
        )
        assert status(site, "GET", "/orders/", cookies) == 302
        assert status(site, "GET", "/cart/", cookies) == 200
        forged = f"Cookie: csrftoken={value}"
        assert post(site, FORM, FIELDS, forged, token[1], body=b"") == 403
    assert post(site, FORM, FIELDS, token[0], token[1][:-1] + "!", body=b"email=a") == 403
    assert post(site, FORM, FIELDS, token[0], token[1], "Origin: https://evil.example", body=b"") == 403


def test_behind_a_front_on_this_machine_each_visitor_has_limits_of_their_own(
    site: Site, token: tuple[str, str]
) -> None:
    def ask(visitor: str, turn: int) -> int:
        named = f"X-Forwarded-For: 203.0.113.9, {visitor}"  # what the visitor said of themselves counts for nothing
        body = b"email=nobody%d@example.org" % turn
        return post(site, "/reset/", FIELDS, named, *token, body=body)

    assert [ask("198.51.100.7", turn) for turn in range(31)] == [302] * 30 + [429]
    assert ask("198.51.100.8", 31) == 302


def test_every_page_answers_head_and_options_and_what_no_page_knows(site: Site) -> None:
    nobody = dict.fromkeys(re.findall(r"{(\w+)}", repr((matrix_control.MATRIX, matrix_storefront.MATRIX, matrix_workbench.MATRIX))), uuid4())  # fmt: skip
    for matrix in (matrix_control.MATRIX, matrix_storefront.MATRIX, matrix_workbench.MATRIX):
        for _, path, _ in matrix.values():
            for method in ("HEAD", "OPTIONS", "TRACE", "BREW"):
                seen = status(site, method, path.format(**nobody))
                assert seen in (200, 302, 403, 404, 405, 410), (method, path, seen)
                assert method == "HEAD" or seen != 200, (method, path)
