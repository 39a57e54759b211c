"""One event, from facts to a committed decision: mails, timers and operators by the same door."""
