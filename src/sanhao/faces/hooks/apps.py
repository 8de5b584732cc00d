from django.apps import AppConfig


class HooksConfig(AppConfig):
    name = "sanhao.faces.hooks"
    label = "hooks"
