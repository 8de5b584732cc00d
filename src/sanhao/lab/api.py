"""The door of the laboratory. Heavy parts are imported by the commands themselves, when they run."""

from sanhao.lab.commands import register
from sanhao.lab.worlds import found_demo, found_rules

__all__ = ["found_demo", "found_rules", "register"]
