"""What the house told this person."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.faces.workbench.seat import Seat, at_work, page, tell
from sanhao.fairness.notices import api as notices

_ON_A_PAGE = 30


@at_work("GET", "POST")
def inbox(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Newest first; a POST marks all as read."""
    if request.method == "POST":
        notices.mark_read(seat.person_id, None, now=seat.now)
        tell(request, _("All read."))
        return redirect("workbench:notices", seat.shop.slug)
    try:
        before = UUID(request.GET.get("before", ""))
    except ValueError:
        before = None
    found = notices.inbox(seat.person_id, limit=_ON_A_PAGE + 1, before=before)
    shown = [(notice, _where(seat, notice)) for notice in found[:_ON_A_PAGE]]
    given = {
        "shown": shown, "paged": before is not None, "desk": "one",
        "next": found[_ON_A_PAGE - 1].id if len(found) > _ON_A_PAGE else None,
    }  # fmt: skip
    return page(request, seat, "notices", given)


def _where(seat: Seat, notice: notices.NoticeView) -> str:
    """The page that a notice is about; a clerk is not led to money."""
    if notice.subject_kind == "case":
        return reverse("workbench:case", args=[seat.shop.slug, notice.subject_id])
    if notice.subject_kind == "thread":
        return reverse("workbench:talk_for", args=[notice.subject_id])
    if notice.subject_kind == "order":
        return reverse("workbench:order", args=[seat.shop.slug, notice.subject_id])
    if notice.subject_kind == "decision" and seat.manages:
        return reverse("workbench:debit", args=[seat.shop.slug, notice.subject_id])
    if notice.subject_kind == "rule":
        return reverse("workbench:rules", args=[seat.shop.slug])
    if notice.subject_kind == "shop_money" and seat.manages:
        page = "invoices" if notice.topic == "invoice.asked" else "payouts"
        return reverse(f"workbench:{page}", args=[seat.shop.slug])
    return ""
