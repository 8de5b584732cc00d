"""The rulebook: versioned rules, announced before they bind."""
