"""Addresses of the workbench. Everything of one shop stands under its slug."""

from django.urls import path

from sanhao.faces.workbench.views import (
    debits,
    goods,
    home,
    money,
    notices,
    orders,
    rules,
    settings,
    shipping,
)

app_name = "workbench"
urlpatterns = [
    path("", home.choose, name="shops"),
    path("<slug:shop>/", home.home, name="home"),
    path("<slug:shop>/shipping/", shipping.shipping, name="shipping"),
    path("<slug:shop>/shipping/packing/", shipping.packing, name="packing"),
    path("<slug:shop>/shipping/collect/", shipping.collect, name="collect"),
    path("<slug:shop>/orders/", orders.orders_page, name="orders"),
    path("<slug:shop>/orders/<uuid:order_id>/", orders.order, name="order"),
    path("<slug:shop>/orders/<uuid:order_id>/more-time/", orders.delay, name="delay"),
    path("<slug:shop>/orders/<uuid:order_id>/cancel/", orders.cancel, name="cancel"),
    path("<slug:shop>/orders/<uuid:order_id>/parcels/<uuid:parcel_id>/scan/", shipping.scan, name="scan"),
    path("<slug:shop>/debits/", debits.debits, name="debits"),
    path("<slug:shop>/debits/<uuid:decision_id>/", debits.debit, name="debit"),
    path("<slug:shop>/debits/<uuid:decision_id>/appeal/", debits.appeal, name="appeal"),
    path("<slug:shop>/money/", money.money, name="money"),
    path("<slug:shop>/money/statement.csv", money.statement, name="statement"),
    path("<slug:shop>/money/paid-in/", money.paid_in, name="paid_in"),
    path("<slug:shop>/goods/", goods.goods, name="goods"),
    path("<slug:shop>/goods/new/", goods.new_listing, name="new_listing"),
    path("<slug:shop>/goods/<uuid:listing_id>/", goods.listing, name="listing"),
    path("<slug:shop>/goods/<uuid:listing_id>/state/", goods.listing_state, name="listing_state"),
    path("<slug:shop>/goods/<uuid:listing_id>/variants/", goods.new_variant, name="new_variant"),
    path("<slug:shop>/goods/<uuid:listing_id>/offers/<uuid:offer_id>/", goods.offer, name="offer"),
    path("<slug:shop>/goods/<uuid:listing_id>/offers/<uuid:offer_id>/end/", goods.end_offer, name="end_offer"),
    path("<slug:shop>/goods/<uuid:listing_id>/variants/<uuid:variant_id>/presale/", goods.presale, name="presale"),
    path("<slug:shop>/settings/", settings.settings, name="settings"),
    path("<slug:shop>/settings/hours/", settings.hours, name="hours"),
    path("<slug:shop>/settings/state/", settings.shop_state, name="shop_state"),
    path("<slug:shop>/settings/members/", settings.add_member, name="add_member"),
    path("<slug:shop>/settings/members/<uuid:person_id>/remove/", settings.remove_member, name="remove_member"),
    path("<slug:shop>/freight/", settings.freight, name="freight"),
    path("<slug:shop>/freight/<uuid:template_id>/remove/", settings.remove_freight, name="remove_freight"),
    path("<slug:shop>/rules/", rules.rules, name="rules"),
    path("<slug:shop>/rules/<str:key>/", rules.rule, name="rule"),
    path("<slug:shop>/notices/", notices.inbox, name="notices"),
]  # fmt: skip
