"""Replay: what a guarantee would have decided and paid over a history, by the same judges that decide live."""
