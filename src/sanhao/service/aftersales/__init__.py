"""After-sales: one case for refund, return, exchange and claim, and the money that goes back."""
