from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "sanhao.faces.ui"
    label = "ui"
