"""Goods: shops and what they offer."""
