"""Conversations: buyer, shop and platform talk about a listing, an order, a case; who is owed an answer, and by when."""
