"""The verbs of promises: make, hear, settle, delay, review."""
