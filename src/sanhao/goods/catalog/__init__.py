"""The catalog: categories, listings, variants, offers, reservations, search."""
