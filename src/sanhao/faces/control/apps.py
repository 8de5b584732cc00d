from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "sanhao.faces.control"
    label = "control"
