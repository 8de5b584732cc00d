"""The door of after-sales."""

from sanhao.service.aftersales.actions.answer import (
    accept_offer,
    approve,
    approve_many,
    reject,
    saved_reasons,
)
from sanhao.service.aftersales.actions.ask import edit, request, withdraw
from sanhao.service.aftersales.actions.back import receive, refuse, replace, send_back
from sanhao.service.aftersales.actions.choose import (
    add_return_address,
    remove_return_address,
    set_default_return_address,
)
from sanhao.service.aftersales.actions.claim import (
    Claimable,
    Look,
    Measures,
    claim_guarantee,
    claimables,
    look,
)
from sanhao.service.aftersales.actions.debts import pay_debt
from sanhao.service.aftersales.actions.dispute import (
    cite,
    claim,
    decide,
    escalate,
    preview,
    release,
    state_case,
)
from sanhao.service.aftersales.actions.intercept import stop as stop_parcel
from sanhao.service.aftersales.actions.label import ask as ask_label
from sanhao.service.aftersales.actions.pickup import book as book_pickup
from sanhao.service.aftersales.actions.pickup import call_off as call_off_pickup
from sanhao.service.aftersales.actions.promised import proposed
from sanhao.service.aftersales.actions.raised import Raisable, raisable
from sanhao.service.aftersales.actions.return_freight import of_case as way_home_of
from sanhao.service.aftersales.actions.return_freight import offer as offer_return_freight
from sanhao.service.aftersales.actions.return_freight import offers as offers_return_freight
from sanhao.service.aftersales.actions.return_freight import paid_for as way_home_paid
from sanhao.service.aftersales.actions.return_freight import ways as ways_home
from sanhao.service.aftersales.actions.sweep import confirm, raise_finding, stop, withdraw_finding
from sanhao.service.aftersales.actions.sweep_preview import Changes, changes
from sanhao.service.aftersales.actions.sweep_preview import preview as preview_sweep
from sanhao.service.aftersales.actions.write_off import FORGIVEN as DEBT_FORGIVEN
from sanhao.service.aftersales.actions.write_off import (
    approve_write_off,
    decline_write_off,
    propose_write_off,
)
from sanhao.service.aftersales.book import RULE, WITHDRAWAL, terms_of
from sanhao.service.aftersales.case import CASE_STATES, KINDS, OVER, WAITING, Act, Address, Kind, Side, Terms
from sanhao.service.aftersales.collectable import Collectable, collectable, may_change_until, sizes_of
from sanhao.service.aftersales.collectable import of as collectable_of
from sanhao.service.aftersales.collectable import slots as pickup_slots
from sanhao.service.aftersales.core import Ask, Back
from sanhao.service.aftersales.debts import (
    CLAIMS,
    DEBTS,
    WHY,
    ClaimView,
    Standing,
    Within,
    WriteOffView,
    claims,
    debt,
    debt_payment,
    debts_of,
    debts_of_cases,
    standings,
    write_offs,
)
from sanhao.service.aftersales.evidence import FILMS, PHOTOS
from sanhao.service.aftersales.evidence import keep as keep_evidence
from sanhao.service.aftersales.ground import Ground, Wish, ground, weigh
from sanhao.service.aftersales.judge import RULINGS, Found, Ruling, Verdict
from sanhao.service.aftersales.labelled import offers as label_offers
from sanhao.service.aftersales.money import Asked, give_back
from sanhao.service.aftersales.outlook import Outlook
from sanhao.service.aftersales.outlook_words import TITLES
from sanhao.service.aftersales.paths.intercept import FEE as INTERCEPT_FEE
from sanhao.service.aftersales.paths.label import FEE as LABEL_FEE
from sanhao.service.aftersales.paths.pickup import FEE as PICKUP_FEE
from sanhao.service.aftersales.paths.pickup import RULE as PICKUP_RULE
from sanhao.service.aftersales.paths.pickup import Cost, Piece, Sizes
from sanhao.service.aftersales.paths.pickup import Terms as PickupTerms
from sanhao.service.aftersales.paths.pickup import checked as checked_sizes
from sanhao.service.aftersales.paths.proactive import BY_HAND, LEFT, SWEPT
from sanhao.service.aftersales.paths.proactive import TITLES as TRIGGERS
from sanhao.service.aftersales.paths.return_freight import PAID as RETURN_FREIGHT
from sanhao.service.aftersales.queries.cases import (
    CaseView,
    arbitration_queue,
    case,
    cases_of,
    cases_of_orders,
    decided_cases,
    desk,
    row_of,
)
from sanhao.service.aftersales.queries.cases import by_ids as cases
from sanhao.service.aftersales.queries.file import (
    EvidenceView,
    MoveView,
    StatementView,
    decision_of,
    evidence,
    evidence_for,
    moves,
    proposals,
    statements,
)
from sanhao.service.aftersales.queries.orders import (
    attempts_used,
    causes_of,
    order_ids_of,
    order_ids_of_evidence,
    units_in_cases,
    window_of,
)
from sanhao.service.aftersales.queries.shops import DeskCount, desk_count, return_addresses
from sanhao.service.aftersales.reasons import REASONS, Phase, Reason, kinds_for, offered
from sanhao.service.aftersales.rules import found_rules
from sanhao.service.aftersales.stoppable import Stoppable, may_stop, stoppable
from sanhao.service.aftersales.sweeps import (
    Figure,
    Figures,
    Progress,
    SweepView,
    SweptView,
    progress,
    sweep,
    sweeps,
    swept,
)

__all__ = [
    "BY_HAND",
    "CASE_STATES",
    "CLAIMS",
    "DEBTS",
    "DEBT_FORGIVEN",
    "FILMS",
    "INTERCEPT_FEE",
    "KINDS",
    "LABEL_FEE",
    "LEFT",
    "OVER",
    "PHOTOS",
    "PICKUP_FEE",
    "PICKUP_RULE",
    "REASONS",
    "RETURN_FREIGHT",
    "RULE",
    "RULINGS",
    "SWEPT",
    "TITLES",
    "TRIGGERS",
    "WAITING",
    "WHY",
    "WITHDRAWAL",
    "Act",
    "Address",
    "Ask",
    "Asked",
    "Back",
    "CaseView",
    "Changes",
    "ClaimView",
    "Claimable",
    "Collectable",
    "Cost",
    "DeskCount",
    "EvidenceView",
    "Figure",
    "Figures",
    "Found",
    "Ground",
    "Kind",
    "Look",
    "Measures",
    "MoveView",
    "Outlook",
    "Phase",
    "PickupTerms",
    "Piece",
    "Progress",
    "Raisable",
    "Reason",
    "Ruling",
    "Side",
    "Sizes",
    "Standing",
    "StatementView",
    "Stoppable",
    "SweepView",
    "SweptView",
    "Terms",
    "Verdict",
    "Wish",
    "Within",
    "WriteOffView",
    "accept_offer",
    "add_return_address",
    "approve",
    "approve_many",
    "approve_write_off",
    "arbitration_queue",
    "ask_label",
    "attempts_used",
    "book_pickup",
    "call_off_pickup",
    "case",
    "cases",
    "cases_of",
    "cases_of_orders",
    "causes_of",
    "changes",
    "checked_sizes",
    "cite",
    "claim",
    "claim_guarantee",
    "claimables",
    "claims",
    "collectable",
    "collectable_of",
    "confirm",
    "debt",
    "debt_payment",
    "debts_of",
    "debts_of_cases",
    "decide",
    "decided_cases",
    "decision_of",
    "decline_write_off",
    "desk",
    "desk_count",
    "edit",
    "escalate",
    "evidence",
    "evidence_for",
    "found_rules",
    "give_back",
    "ground",
    "keep_evidence",
    "kinds_for",
    "label_offers",
    "look",
    "may_change_until",
    "may_stop",
    "moves",
    "offer_return_freight",
    "offered",
    "offers_return_freight",
    "order_ids_of",
    "order_ids_of_evidence",
    "pay_debt",
    "pickup_slots",
    "preview",
    "preview_sweep",
    "progress",
    "proposals",
    "propose_write_off",
    "proposed",
    "raisable",
    "raise_finding",
    "receive",
    "refuse",
    "reject",
    "release",
    "remove_return_address",
    "replace",
    "request",
    "return_addresses",
    "row_of",
    "saved_reasons",
    "send_back",
    "set_default_return_address",
    "sizes_of",
    "standings",
    "state_case",
    "statements",
    "stop",
    "stop_parcel",
    "stoppable",
    "sweep",
    "sweeps",
    "swept",
    "terms_of",
    "units_in_cases",
    "way_home_of",
    "way_home_paid",
    "ways_home",
    "weigh",
    "window_of",
    "withdraw",
    "withdraw_finding",
    "write_offs",
]
