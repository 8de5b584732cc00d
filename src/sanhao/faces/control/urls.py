"""Addresses of the platform's face, all under /control/."""

from django.urls import URLPattern, path

from sanhao.faces.control.views import (
    appeals,
    books,
    decisions,
    machine,
    orders,
    persons,
    relief,
    rules,
    shops,
    today,
)

app_name = "control"
urlpatterns: list[URLPattern] = [
    path("", today.index, name="today"),
    path("rings/", today.rings, name="rings"),
    path("find/", today.find, name="find"),
    path("orders/<uuid:order_id>/", orders.one, name="order"),
    path("extensions/", relief.extension, name="extension"),
    path("excuses/", relief.excuse, name="excuse"),
    path("decisions/", decisions.index, name="decisions"),
    path("decisions/export.csv", decisions.export, name="decisions_export"),
    path("decisions/<uuid:decision_id>/", decisions.one, name="decision"),
    path("decisions/<uuid:decision_id>/again/", decisions.again, name="again"),
    path("appeals/", appeals.index, name="appeals"),
    path("appeals/<uuid:appeal_id>/", appeals.one, name="appeal"),
    path("appeals/<uuid:appeal_id>/claim/", appeals.claim, name="appeal_claim"),
    path("appeals/<uuid:appeal_id>/release/", appeals.release, name="appeal_release"),
    path("appeals/<uuid:appeal_id>/answer/", appeals.answer, name="appeal_answer"),
    path("rules/", rules.index, name="rules"),
    path("rules/version/<uuid:rule_id>/", rules.version, name="rule_version"),
    path("rules/version/<uuid:rule_id>/edit/", rules.edit, name="rule_edit"),
    path("rules/version/<uuid:rule_id>/announce/", rules.announce, name="rule_announce"),
    path("rules/version/<uuid:rule_id>/withdraw/", rules.withdraw, name="rule_withdraw"),
    path("rules/<str:key>/", rules.rule, name="rule"),
    path("rules/<str:key>/draft/", rules.draft, name="rule_draft"),
    path("shops/", shops.index, name="shops"),
    path("shops/<slug:slug>/", shops.one, name="shop"),
    path("people/", persons.index, name="persons"),
    path("people/<uuid:person_id>/", persons.one, name="person"),
    path("people/<uuid:person_id>/roles/", persons.roles, name="person_roles"),
    path("messages/", machine.messages, name="messages"),
    path("messages/<uuid:message_id>/", machine.message, name="message"),
    path("aside/", machine.aside, name="aside"),
    path("books/", books.index, name="books"),
    path("books/audit/", books.audit, name="audit"),
    path("books/entries/", books.entries, name="entries"),
    path("books/sanhao.beancount", books.export, name="books_export"),
]
