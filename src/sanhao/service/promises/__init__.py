"""Promises: guarantees that keep themselves. One file per kind in kinds/."""
