"""What has happened, kept in SQLite or PostgreSQL."""
