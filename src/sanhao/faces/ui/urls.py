"""Addresses shared by all faces: language, theme, pictures, the demo world's clock, the gallery."""

from django.urls import path

from sanhao.faces.ui import gallery, views

app_name = "ui"
urlpatterns = [
    path("language/", views.set_language, name="language"),
    path("theme/", views.set_theme, name="theme"),
    path("demo/clock/", views.clock, name="clock"),
    path("pictures/<slug:version>/<slug:name>.svg", views.picture, name="picture"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("ui/", gallery.gallery, name="gallery"),
    path("ui/live/<slug:look>/", gallery.live_card, name="gallery_live"),
]
