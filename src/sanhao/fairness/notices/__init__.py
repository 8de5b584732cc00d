"""Notices: what a person is told, in their language, inside the app."""
