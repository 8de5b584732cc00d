"""Service: delivery, orders and the promises made about them."""
