"""Design tokens and components that every face composes."""
