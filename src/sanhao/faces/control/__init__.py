"""The platform's face."""
