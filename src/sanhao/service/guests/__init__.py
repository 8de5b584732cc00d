"""People who are not signed in: the link that opens one order, buying without an account, and withdrawal by anybody."""
