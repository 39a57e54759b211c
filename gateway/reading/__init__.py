"""Reading a mail: `parse(bytes)` gives a `ParsedMail`, or `Unreadable` where its limits forbid.

bounds                     how much is read
guard, apart               counts first; odd mails are read in a child process
parts                      the tree of parts, by offsets
headers, params, charset   one header block, one MIME field, one text
addresses                  who it is from, and to whom
body, flowed               which part is the text, and what it says
files, names, tnef         what is attached
kind, phrases, bounce      human or which machine, and what a bounce says
newtext, leftover          what was written now, in the text and past it
forward, attached          the mail inside a forwarded mail
html, agree                the same text as HTML
lookalike, unseen          what deceives the eye
"""

from __future__ import annotations

from gateway.reading.bounds import Bounds
from gateway.reading.parse import parse
from gateway.values import ParsedMail, Unreadable

__all__ = ["Bounds", "ParsedMail", "Unreadable", "parse"]
