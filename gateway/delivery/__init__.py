"""What leaves the house: final bytes from the outbox, by SMTP or into a Maildir."""
