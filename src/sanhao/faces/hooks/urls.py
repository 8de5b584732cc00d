"""Addresses of this face."""

from django.urls import path

from sanhao.faces.hooks import views

app_name = "hooks"
urlpatterns = [
    path("carriers/<slug:name>/", views.carrier, name="carrier"),
    path("payments/<slug:name>/", views.payment, name="payment"),
]
