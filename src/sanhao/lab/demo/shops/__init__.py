"""One shop of the demo world is one file."""
