"""Ways money takes back to a buyer other than the shop's own word, one file each, pure; their verbs are in `actions`."""
