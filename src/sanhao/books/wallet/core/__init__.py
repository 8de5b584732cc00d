"""The pure part of the wallet: coupons, the issues they are handed out of, and how they go together."""
