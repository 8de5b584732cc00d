"""Sending a file that somebody uploaded: as a download, never run, never framed, not kept by anybody on the way."""

from __future__ import annotations

from django.http import HttpResponse


def paper_response(paper: bytes, name: str) -> HttpResponse:
    """A PDF called *name*. Its own policy lets it do nothing even where a browser would show it."""
    response = HttpResponse(paper, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def printable_response(paper: bytes, name: str) -> HttpResponse:
    """A PDF of our own making, shown by the browser so that it can be printed at once. It loads and runs nothing."""
    response = paper_response(paper, name)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    # Browsers show no PDF in a sandbox; their viewer styles itself.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )
    return response
