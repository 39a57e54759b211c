"""Numbers and pictures of a period."""
