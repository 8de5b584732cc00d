"""The door of the laboratory. Heavy parts are imported by the commands themselves, when they run."""

from sanhao.lab.commands import register

__all__ = ["register"]
