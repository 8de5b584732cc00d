"""Photos and films of a case, to its parties and to who judges: from a path of their own, under a policy of their own."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse

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
    asked = request.headers.get("Range", "")
    wanted = media.span(asked, view.size) if asked else (0, view.size)
    response: HttpResponse | StreamingHttpResponse
    if wanted is None:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{view.size}"})
    else:
        start, end = wanted
        partial = (start, end) != (0, view.size)
        response = StreamingHttpResponse(media.read(view.digest, start, end), status=206 if partial else 200)
        response.headers["Content-Length"] = str(end - start)
        if partial:
            response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{view.size}"
    name = f"evidence-{view.digest[:12]}.{_ENDINGS[view.mime]}"
    for header, value in {
        "Content-Type": view.mime,
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, max-age=3600",
        "Accept-Ranges": "bytes",
    }.items():
        response.headers[header] = value
    return response
