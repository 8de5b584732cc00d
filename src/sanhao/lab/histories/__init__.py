"""Order histories: any table of past orders, read through a mapping into paid orders and the news about them."""
