"""One small answer per carrier, of our own making, in the shape the carrier uses."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, Any] = {
    "asendia": {
        "trackingNumber": "AS1",
        "trackingEvents": [
            {"id": 1, "code": "LABEL_PRINTED", "time": "2026-03-01T08:00:00Z", "locationCountry": "CH"},
            {"id": 2, "code": "PU", "time": "2026-03-02T08:00:00Z", "locationName": "Basel", "locationCountry": "CH",
             "carrierEventDescription": "Taken over"},
            {"id": 3, "code": "OFD", "time": "2026-03-03T07:00:00", "locationName": "Lyon", "locationCountry": "FR"},
        ],
    },
    "australiapost": {
        "tracking_results": [
            {"tracking_id": "AP0", "errors": [{"code": "ESB-10001", "name": "Invalid tracking ID"}]},
            {"tracking_id": "AP1", "trackable_items": [
                {"article_id": "AP1", "events": [
                    {"location": "PERTH WA", "description": "Delivered - Left in a safe place",
                     "date": "2026-03-04T10:00:00+08:00"},
                    {"location": "PERTH WA", "description": "Onboard for delivery", "date": "2026-03-04T07:00:00"},
                    {"description": "Shipping information received by Australia Post",
                     "date": "2026-03-01T07:00:00+11:00"},
                ]},
            ]},
            {"tracking_id": "AP2", "trackable_items": [
                {"consignment_id": "AP2", "items": [
                    {"article_id": "AP2001", "events": [
                        {"description": "Received by Australia Post", "date": "2026-03-01T07:00:00+11:00"}]},
                    {"article_id": "AP2002", "events": [
                        {"description": "Unsuccessful pickup", "date": "2026-03-01T07:00:00+11:00"}]},
                ]},
            ]},
        ]
    },
    "gls": {
        "parcels": [
            {"requested": "GL1", "unitno": "GL", "status": "INDELIVERY", "events": [
                {"code": "OUTDEL.NORMAL", "city": "Cork", "country": "IE", "eventDateTime": "2026-07-03T06:52:37+0200"},
                {"code": "INTIAL.NORMAL", "city": "", "country": "IE", "eventDateTime": "2026-07-02T18:00:52"},
                {"code": "INTIAL.E48_DATA", "country": "", "eventDateTime": "2026-07-02T16:00:00"},
            ]},
            {"requested": "GL2", "status": "DELIVEREDPS", "statusDateTime": "2026-07-03T10:00:00+0200", "events": []},
            {"requested": "GL3", "errorCode": "E_404_01", "errorMessage": "Resource Not Found"},
        ]
    },
    "hermes": {
        "shipmentinfo": [
            {"shipmentID": "HE1", "result": {"code": "i001"}, "status": [
                {"timestamp": "2026-03-02T08:00:00+01:00", "code": "0000"},
                {"timestamp": "2026-03-02T18:00:00+01:00", "code": "1910", "description": "Abgeholt"},
                {"timestamp": "2026-03-04T18:00:00+01:00", "code": "3731", "scanningUnit": {"city": "Ulm"}},
                {"timestamp": "2026-03-05T18:00:00+01:00", "code": "090001004"},
            ]},
            {"shipmentID": "HE2", "result": {"code": "e001", "message": "No information"}},
        ]
    },
    "mydhl": {
        "shipments": [
            {"shipmentTrackingNumber": "DH1", "events": [
                {"date": "2026-03-02", "time": "10:00:00", "GMTOffset": "+09:00", "typeCode": "PU",
                 "serviceArea": [{"code": "TYO", "description": "Tokyo-JP"}]},
                {"date": "2026-03-03", "time": "10:00:00", "typeCode": "DF",
                 "serviceArea": [{"code": "HKG", "description": "Hong Kong-HK"}]},
                {"date": "2026-03-04", "time": "10:00:00", "typeCode": "NH", "serviceArea": []},
            ], "pieces": [
                {"trackingNumber": "JD1", "events": [
                    {"date": "2026-03-02", "time": "10:00:00", "GMTOffset": "+09:00", "typeCode": "PU"}]},
                {"trackingNumber": "JD2", "events": []},
            ]},
            {"shipmentTrackingNumber": "DH2", "pieces": [
                {"trackingNumber": "JD3", "events": [
                    {"date": "2026-03-05", "time": "09:00:00", "typeCode": "OK",
                     "serviceArea": [{"code": "SYD", "description": "Sydney-AU"}]}]}]},
        ]
    },
    "parcelone": {
        "success": 1,
        "instance": "/tracking/PA1/PO1",
        "results": {"Events": [
            {"DateTime": "2026-03-04T14:30:00", "Location": "Warsaw, Poland", "StatusCode": "DELIVERED_NEIGHBOR"},
            {"DateTime": "2026-03-03T14:30:00", "Location": "Kyiv, Ukraine", "StatusCode": "IN_TRANSIT"},
            {"DateTime": "2026-03-02T14:30:00", "Location": "Hub 7", "StatusCode": "DATA_RECEIVED"},
        ]},
    },
    "sandbox": {
        "parcel": "SB1",
        "scans": [
            {"id": "7", "status": "picked_up", "at": "2026-03-02T02:00:00+00:00", "place": "杭州"},
            {"status": "in_transit", "at": "2026-03-02T12:00:00"},
        ],
    },
    "seko": [
        {"ConsignmentNo": "SK1", "Events": [
            {"EventDT": "2026-01-05T10:00:00.5", "OmniCode": "OP-1", "Location": "RENO,NV,US", "Part": 1},
            {"EventDT": "2026-01-06T10:00:00", "OmniCode": "OP-33", "Location": "RENO,NV,US", "Part": 1},
            {"EventDT": "2026-01-06T10:00:00", "OmniCode": "OP-33", "Location": "RENO,NV,US", "Part": 2},
            {"EventDT": "2026-01-09T10:00:00", "OmniCode": "OP-84", "Location": "", "Part": 1},
        ]},
        {"ConsignmentNo": "SK2", "Events": None},
    ],
    "sendle": {
        "origin": {"country": "AU"}, "destination": {"country": "AU"},
        "tracking_events": [
            {"event_type": "Pickup Attempted", "scan_time": "2026-03-02T00:00:00Z"},
            {"event_type": "Drop Off", "scan_time": "2026-03-02T01:00:00Z"},
            {"event_type": "Dropped Off", "scan_time": "2026-03-02T02:00:00Z"},
            {"event_type": "Card Left", "local_scan_time": "2026-03-03T10:00:00", "location": "Perth, WA"},
        ],
    },
    "smartkargo": [
        {"prefix": "AXB", "airWaybill": "0001", "eventType": "BKD", "eventDate": "2026-01-25T13:00:00",
         "eventLocation": "BOS", "pieceReference": "p1"},
        {"prefix": "AXB", "airWaybill": "0001", "eventType": "RCS", "eventDate": "2026-01-25T15:00:00",
         "eventLocation": "QQQ", "pieceReference": "p1",
         "location": {"timezone": "America/Denver", "countryId": "US"}},
        {"prefix": "AXB", "airWaybill": "0001", "eventType": "DDL", "eventDate": "2026-01-26T14:30:00",
         "eventLocation": "LAX", "pieceReference": "p1"},
        {"packageReference": "ref-2", "eventType": "ADL", "eventDate": "2026-01-26T14:30:00",
         "eventLocation": "QQQ", "location": {"timezone": "Moon/Base"}},
    ],
    "teleship": {
        "trackingNumber": "TE1",
        "events": [
            {"timestamp": "2026-03-02T09:15:00.000Z", "code": "label_created", "location": "Leeds, GB"},
            {"timestamp": "2026-03-02T11:15:00.000Z", "code": "collected", "location": "Leeds, GB"},
            {"timestamp": "2026-07-09T11:15:00", "code": "delivery_failed", "location": "Austin, TX, US"},
        ],
    },
}  # fmt: skip

EXPECTED: dict[str, list[tuple[str, str, str, str]]] = {
    "asendia": [
        ("AS1", "pending", "2026-03-01T08:00", "given"),
        ("AS1", "picked_up", "2026-03-02T08:00", "given"),
        ("AS1", "out_for_delivery", "2026-03-03T06:00", "facility"),
    ],
    "australiapost": [
        ("AP1", "delivered", "2026-03-04T02:00", "given"),
        ("AP1", "out_for_delivery", "2026-03-03T23:00", "facility"),
        ("AP1", "pending", "2026-02-28T20:00", "given"),
        ("AP2001", "picked_up", "2026-02-28T20:00", "given"),
        ("AP2002", "pending", "2026-02-28T20:00", "given"),
    ],
    "gls": [
        ("GL1", "out_for_delivery", "2026-07-03T04:52", "given"),
        ("GL1", "picked_up", "2026-07-02T17:00", "facility"),
        ("GL1", "pending", "2026-07-02T14:00", "carrier"),
        ("GL2", "ready_for_pickup", "2026-07-03T08:00", "given"),
    ],
    "hermes": [
        ("HE1", "pending", "2026-03-02T07:00", "given"),
        ("HE1", "picked_up", "2026-03-02T17:00", "given"),
        ("HE1", "delivery_failed", "2026-03-04T17:00", "given"),
        ("HE1", "delivered", "2026-03-05T17:00", "given"),
    ],
    "mydhl": [
        ("DH1", "picked_up", "2026-03-02T01:00", "given"),
        ("DH1", "in_transit", "2026-03-03T02:00", "facility"),
        ("DH1", "delivery_failed", "2026-03-04T09:00", "carrier"),
        ("JD1", "picked_up", "2026-03-02T01:00", "given"),
        ("DH2", "delivered", "2026-03-04T22:00", "facility"),
    ],
    "parcelone": [
        ("PO1", "delivered", "2026-03-04T13:30", "facility"),
        ("PO1", "in_transit", "2026-03-03T12:30", "facility"),
        ("PO1", "pending", "2026-03-02T13:30", "carrier"),
    ],
    "sandbox": [
        ("SB1", "picked_up", "2026-03-02T02:00", "given"),
        ("SB1", "in_transit", "2026-03-02T04:00", "carrier"),
    ],
    "seko": [
        ("SK1", "pending", "2026-01-05T18:00", "facility"),
        ("SK1", "picked_up", "2026-01-06T18:00", "facility"),
        ("SK1", "picked_up", "2026-01-06T18:00", "facility"),
        ("SK1", "delivery_failed", "2026-01-09T16:00", "carrier"),
    ],
    "sendle": [
        ("", "pending", "2026-03-02T00:00", "given"),
        ("", "pending", "2026-03-02T01:00", "given"),
        ("", "picked_up", "2026-03-02T02:00", "given"),
        ("", "delivery_failed", "2026-03-03T02:00", "facility"),
    ],
    "smartkargo": [
        ("AXB0001", "pending", "2026-01-25T18:00", "facility"),
        ("AXB0001", "picked_up", "2026-01-25T22:00", "facility"),
        ("AXB0001", "delivered", "2026-01-26T22:30", "facility"),
        ("ref-2", "delivery_failed", "2026-01-26T19:30", "carrier"),
    ],
    "teleship": [
        ("TE1", "pending", "2026-03-02T09:15", "given"),
        ("TE1", "picked_up", "2026-03-02T11:15", "given"),
        ("TE1", "delivery_failed", "2026-07-09T16:15", "facility"),
    ],
}
"""Tracking number, status, UTC time to the minute, where the zone came from."""
