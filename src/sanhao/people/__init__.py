"""Persons: who they are, how they sign in, where they live, what staff may do."""
