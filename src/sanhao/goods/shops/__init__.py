"""Shops: merchants, their members, their standing."""
