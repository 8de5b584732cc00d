"""What machines set aside for a person: messages of carriers nobody could use, rows a keeper could not settle, facts a
listener could not take."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from sanhao.faces.control import raw
from sanhao.faces.control.staff import StaffRequest, page
from sanhao.faces.control.views.common import moment_of, query
from sanhao.kit import keeper, outbox, time
from sanhao.service.delivery import api as delivery

_READERS = ("admin", "arbiter", "support")
_PAGE = 30


@page(*_READERS)
def messages(request: StaffRequest) -> HttpResponse:
    """What carriers sent and we refused, the latest first."""
    before = moment_of(request.GET.get("before"))
    found = delivery.refused_messages(limit=_PAGE + 1, before=before)
    given = {
        "desk": "two", "found": found[:_PAGE], "carriers": delivery.carrier_names(), "now": time.now(),
        "more": query(request, before=found[_PAGE - 1].received_at.isoformat()) if len(found) > _PAGE else "",
    }  # fmt: skip
    return render(request, "control/messages.html", given)


@page(*_READERS)
def message(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """One message with its body as it came: escaped text, or a hexdump."""
    found = delivery.carrier_message(message_id)
    text, is_dump = raw.shown(found.body)
    given = {
        "message": found, "text": text, "is_dump": is_dump, "size": len(found.body), "most": raw.MOST,
        "cut": len(found.body) > raw.MOST, "carriers": delivery.carrier_names(), "now": time.now(),
        "recent": delivery.refused_messages(limit=14),
    }  # fmt: skip
    return render(request, "control/message.html", given)


@page("admin", "support")
def aside(request: StaffRequest) -> HttpResponse:
    """Rows and facts that stand aside, with what went wrong; and how far behind the outbox is."""
    given = {
        "desk": "two", "asides": keeper.set_asides(), "retries": outbox.retries(), "backlog": outbox.backlog(), "now": time.now(),
        "machine_now": time.machine_now(),
    }  # fmt: skip
    return render(request, "control/aside.html", given)
