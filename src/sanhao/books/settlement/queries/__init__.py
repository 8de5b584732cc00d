"""Reading settlement."""
