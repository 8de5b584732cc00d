"""Fairness: rules announced before they bind, decisions with their reasons, notices."""
