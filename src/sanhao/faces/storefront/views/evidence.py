"""Photos and films of a case, to its parties and to who judges: from a path of their own, under a policy of their own."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from sanhao.faces.storefront import visitor
from sanhao.kit import media
from sanhao.service.aftersales import api as aftersales

_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
_ENDINGS = {"image/jpeg": "jpg", "video/mp4": "mp4", "video/webm": "webm"}


@visitor.page
@visitor.of("evidence")
def evidence(request: visitor.ViewerRequest, evidence_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """The bytes, or the range of them that was asked for. To everybody else there is no such thing."""
    view = aftersales.evidence_for(evidence_id, person_id=request.viewer.id)
    return bytes_of(request, view.digest, view.mime, view.size)


def bytes_of(request: HttpRequest, digest: str, mime: str, size: int) -> HttpResponse | StreamingHttpResponse:
    """A kept file under its own policy, whole or the range that was asked for."""
    asked = request.headers.get("Range", "")
    wanted = media.span(asked, size) if asked else (0, size)
    response: HttpResponse | StreamingHttpResponse
    if wanted is None:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        start, end = wanted
        partial = (start, end) != (0, size)
        response = StreamingHttpResponse(media.read(digest, start, end), status=206 if partial else 200)
        response.headers["Content-Length"] = str(end - start)
        if partial:
            response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    name = f"evidence-{digest[:12]}.{_ENDINGS[mime]}"
    for header, value in {
        "Content-Type": mime,
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, max-age=3600",
        "Accept-Ranges": "bytes",
    }.items():
        response.headers[header] = value
    return response
