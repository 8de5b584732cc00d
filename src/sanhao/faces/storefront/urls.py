"""Addresses of the buyer's face."""

from django.urls import URLPattern, path

from sanhao.faces.storefront.views import account, goods

app_name = "storefront"
urlpatterns: list[URLPattern] = [
    path("", goods.home, name="home"),
    path("category/<slug:slug>/", goods.category, name="category"),
    path("search/", goods.search, name="search"),
    path("search/suggest/", goods.suggest, name="suggest"),
    path("goods/<uuid:listing_id>/", goods.listing, name="listing"),
    path("goods/<uuid:listing_id>/save/", goods.save, name="save"),
    path("shop/<slug:slug>/", goods.shop, name="shop"),
    path("saved/", goods.saved, name="saved"),
    path("sign-in/", account.sign_in, name="sign_in"),
    path("sign-out/", account.sign_out, name="sign_out"),
    path("sign-up/", account.sign_up, name="sign_up"),
    path("sign-up/sent/", account.sign_up_sent, name="sign_up_sent"),
    path("confirm/<str:token>/", account.confirm, name="confirm"),
    path("reset/", account.reset, name="reset"),
    path("reset/sent/", account.reset_sent, name="reset_sent"),
    path("reset/<str:token>/", account.reset_with, name="reset_with"),
    path("first-admin/<str:token>/", account.first_admin, name="first_admin"),
    path("demo/persons/", account.persons, name="persons"),
    path("demo/persons/<uuid:person_id>/", account.become, name="become"),
]
