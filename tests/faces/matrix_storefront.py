"""Who gets what from every address of the buyer's face: name of the URL -> method, path, expected status by role.

``buyer`` owns what the path names, ``other`` is another buyer, ``member`` works in the shop concerned, ``staff`` works
for the platform. 404 for what belongs to somebody else: it cannot be told from what does not exist.
302 to a guest leads to the sign-in page. In braces: what the stage of the test fills in.
"""

from __future__ import annotations

ROLES = ("guest", "buyer", "other", "member", "staff")

Row = tuple[str, str, tuple[int, int, int, int, int]]


def _all(status: int) -> tuple[int, int, int, int, int]:
    return (status, status, status, status, status)


_PERSONAL = (302, 200, 200, 200, 200)

MATRIX: dict[str, Row] = {
    "home": ("GET", "/", _all(200)),
    "category": ("GET", "/category/knitwear/", _all(200)),
    "search": ("GET", "/search/?q=sweater", _all(200)),
    "suggest": ("GET", "/search/suggest/?q=sweater", _all(200)),
    "listing": ("GET", "/goods/{listing}/", _all(200)),
    "save": ("POST", "/goods/{listing}/save/", _all(302)),
    "shop": ("GET", "/shop/qingcao/", _all(200)),
    "saved": ("GET", "/saved/", _PERSONAL),
    "sign_in": ("GET", "/sign-in/", (200, 302, 302, 302, 302)),
    "sign_out": ("POST", "/sign-out/", _all(302)),
    "sign_up": ("GET", "/sign-up/", _all(200)),
    "sign_up_sent": ("GET", "/sign-up/sent/", _all(200)),
    "confirm": ("GET", "/confirm/token/", _all(200)),
    "reset": ("GET", "/reset/", _all(200)),
    "reset_sent": ("GET", "/reset/sent/", _all(200)),
    "reset_with": ("GET", "/reset/token/", _all(200)),
    "first_admin": ("GET", "/first-admin/token/", _all(404)),
    "persons": ("GET", "/demo/persons/", _all(404)),
    "become": ("POST", "/demo/persons/{buyer}/", _all(404)),
}
