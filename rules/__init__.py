"""The rules of a help desk as pure values and functions: no clock, no I/O, no database."""
