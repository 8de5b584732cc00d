"""The verbs of payments: taking money, and giving it back."""
