"""A process played without mail: facts from a file, decisions by the same rules, nothing stored."""
