"""Settlement: an order's money from escrow to the shop, and everything a merchant reads about it."""
