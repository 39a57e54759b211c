"""One installation in one file, and back: on SQLite or on PostgreSQL, whichever it came from."""
