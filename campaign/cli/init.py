"""``campaign init``: make a workspace."""
