"""Reading orders. Every list is one query or two, however long it is."""
