"""The verbs of the wallet: coupons, and the issues many of them come out of."""
