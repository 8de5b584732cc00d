"""Previews of rules: what a draft would have paid over the last month, told to those who decide and those it binds."""
