"""The work: from an occurrence that is due to a receipt."""
