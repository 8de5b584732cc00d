"""The merchant's face."""
