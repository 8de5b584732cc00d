"""The verbs of people, in three rooms: accounts, staff, addresses."""
