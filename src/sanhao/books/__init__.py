"""Books: double entry, wallets, payments. Money that adds up."""
