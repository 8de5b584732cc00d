"""Payments: money in and back out through a gateway, whatever the gateway does."""
