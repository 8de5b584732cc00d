"""The wallet: coupons a person holds and what becomes of them."""
