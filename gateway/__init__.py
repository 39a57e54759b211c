"""What a running gateway does, from the wire to the outbox; docs/architecture.md draws the way."""
