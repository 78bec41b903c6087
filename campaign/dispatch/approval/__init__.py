"""Approvals: which posts ask for one, what people say, and the gate that holds what lacks it."""
