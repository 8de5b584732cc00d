"""The buyer's face."""
