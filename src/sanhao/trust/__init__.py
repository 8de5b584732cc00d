"""Trust: reviews, scores, findings, the open day. Its systems arrive in later issues."""
