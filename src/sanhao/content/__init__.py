"""Content: posts, live rooms, the feed, the good-content programme, ideas. Its systems arrive in later issues."""
