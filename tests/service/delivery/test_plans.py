"""The queries of every scan and every registration are answered by their indexes, however long the tables grow."""

from __future__ import annotations

import pytest
from django.db import connection

from sanhao.kit.rows import execute

pytestmark = pytest.mark.django_db


def plan(sql: str) -> str:
    """The plan over an inbox of five thousand messages, a few of them about parcels nobody registered."""
    execute(
        "INSERT INTO delivery_carrier_message (id, carrier, event_id, parcel, body, signature_ok, received_at, "
        "state, reason, unknown_nos) SELECT gen_random_uuid(), 'gls', n, '', '', true, "
        "'2026-03-01'::timestamptz + n * interval '1 second', "
        "CASE WHEN n % 50 = 0 THEN 'refused' ELSE 'read' END, 'x', "
        "CASE WHEN n % 50 = 0 THEN ARRAY[n::text] ELSE '{}' END FROM generate_series(1, 5000) AS n"
    )
    execute("ANALYZE delivery_carrier_message")
    execute("SET LOCAL enable_seqscan = off")
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (
            "UPDATE delivery_carrier_message m SET state = 'new', reason = '', unknown_nos = '{}' "
            "FROM unnest(ARRAY['gls']::text[], ARRAY['X']::text[]) AS d (carrier, tracking_no) "
            "WHERE m.unknown_nos @> ARRAY[d.tracking_no]::varchar[] AND NOT m.unknown_nos = '{}' "
            "AND m.carrier = d.carrier",
            "delivery_message_unknown",
        ),
        (
            "SELECT t.id FROM delivery_carrier_message t WHERE t.state = 'new' AND t.received_at <= '2026-03-02' "
            "ORDER BY t.received_at, t.id LIMIT 100",
            "delivery_message_new",
        ),
        (
            "SELECT tracking_no FROM delivery_consignment WHERE carrier = ANY(ARRAY['gls', 'hermes']) "
            "AND tracking_no = ANY(ARRAY['X', 'Y'])",
            "delivery_consignment_number",
        ),
        (
            "SELECT id FROM delivery_carrier_message WHERE state = 'refused' ORDER BY received_at DESC LIMIT 50",
            "delivery_message_refused",
        ),
        (
            "SELECT * FROM delivery_scan WHERE consignment_id = '01a203fc-69e2-75cc-8530-3f38e90fa5eb'",
            "delivery_scan_once",
        ),
    ],
)
def test_an_index_answers(sql: str, index: str) -> None:
    assert index in plan(sql)
