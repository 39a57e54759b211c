"""Rows in, rows out: what was received, what stands on tickets, what is to be sent.

`database` opens the store and its transactions; `schema` carries the guarantees as constraints;
each other module is one table or a few, and its functions take a `Transaction` first. Nothing here
reads the clock: `now` is always passed in.
"""
