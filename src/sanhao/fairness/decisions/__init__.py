"""Decisions: what was seen, which rule, what followed, why, and how to appeal."""
