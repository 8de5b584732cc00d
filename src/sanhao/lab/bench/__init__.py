"""Benches: what this machine does per second, measured against a floor."""
