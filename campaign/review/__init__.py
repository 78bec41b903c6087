"""What people read: tables, cards, CSV, HTML."""
