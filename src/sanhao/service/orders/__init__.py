"""Orders: cart, checkout, one order per shop, cancellation."""
