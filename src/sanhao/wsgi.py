"""The pages process."""

import os
import signal
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from sanhao.kit.garbage import PAGES, settle_in
from sanhao.kit.supervisor import tie_to_parent

# A worker of a pages process that was killed must not stay behind and hold the port.
tie_to_parent(expect=False, with_signal=signal.SIGKILL)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanhao.settings")
_django = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - loads every page now: the first visitor does not wait for it
settle_in(PAGES)
_READ_OUT_BYTES, _AT_ONCE = 16_000_000, 65_536


def _answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Django's answer, given when the body has been read to its end.

    The server closes a connection whose body nobody has read: whoever is still sending a form that was refused unread
    would lose the connection, and with it the answer. Beyond 16 MB they do.
    """
    answer: Iterable[bytes] = _django(environ, start_response)
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        _read_out(environ["wsgi.input"])
    return answer


def _read_out(body: Any) -> None:
    """Read and forget, in bounded memory."""
    left = _READ_OUT_BYTES
    try:
        while left > 0 and (piece := body.read(_AT_ONCE)):
            left -= len(piece)
    except OSError:  # the sender went away
        return


# A front on this machine (nginx) says for whom it asks: else all the world would share the limits of one address.
application = wrap_wsgi_with_proxy_headers(_answer, trusted_hosts=["127.0.0.1", "::1"])
