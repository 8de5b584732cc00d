"""The verbs of settlement."""
