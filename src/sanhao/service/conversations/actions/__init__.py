"""What people and time do to conversations."""
