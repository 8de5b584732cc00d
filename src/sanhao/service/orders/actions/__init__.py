"""The verbs of orders, one file per chapter of an order's life."""
