"""Alerts: what somebody has to know (the sources), told once, in few messages."""
