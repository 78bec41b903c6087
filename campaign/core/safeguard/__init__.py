"""Holds what is said against the safeguarding rules: rules are data, and a clean result is no proof of safety."""
