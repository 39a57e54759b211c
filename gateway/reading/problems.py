"""What can be odd about a mail, as the constant lines of `ParsedMail.problems`.

They are for people to read and for callers to compare with: a caller tests `BARE_LINE_END in
mail.problems`. Those of `QUARANTINE` say that the mail may look different to the next program that
reads it, or goes in circles: it is evidence, never acted on.
"""

from __future__ import annotations

from typing import Final

BARE_LINE_END: Final = "the header block holds a bare CR, bare LF or NUL"
HEADERS_TOO_LONG: Final = "the header block is too long, the rest of it was not read"
HEADER_LINE: Final = "the header block holds a line that is no field"
NO_SEPARATOR: Final = "no blank line between header block and text"

NO_FROM: Final = "no From field"
SEVERAL_FROM: Final = "more than one From"
MALFORMED_FROM: Final = "the From field is malformed"
NO_MESSAGE_ID: Final = "no Message-ID"
NO_DATE: Final = "no readable Date"
TOO_MANY_HOPS: Final = "too many Received fields: it is in a loop"
REPEATED_FIELD: Final = "a field that may stand once is repeated"
TOO_MANY_ADDRESSES: Final = "too many addresses, the rest was not read"

NO_BOUNDARY: Final = "a multipart without its boundary"
TOO_MANY_PARTS: Final = "too many parts, the rest was not taken apart"
NESTED_TOO_DEEP: Final = "parts nested too deep, the inner ones were not taken apart"
UNKNOWN_CHARSET: Final = "the charset of the text is unknown or not allowed"
WRONG_CHARSET: Final = "the text is not in the charset that it says"
BROKEN_ENCODING: Final = "the transfer encoding of a part is broken"
CONTROLS: Final = "the text held control characters"
ALTERNATIVES_DIFFER: Final = "text and HTML do not say the same"
LOOKALIKES: Final = "the text holds characters that look like others or like nothing"
PERHAPS_UNSEEN: Final = "the HTML may hide a line that reads like a command"
TEXT_TOO_LONG: Final = "text past the limit is kept as an attachment"
ENCRYPTED: Final = "the mail is encrypted"
PACKED_TEXT: Final = "the text is inside winmail.dat, which few clients show"
TNEF_UNREADABLE: Final = "winmail.dat could not be unpacked"

UNREADABLE_HEADERS: Final = "a header field could not be read"
UNREADABLE_TEXT: Final = "the text could not be read"
UNREADABLE_BOUNCE: Final = "the bounce could not be read"

AMBIGUOUS: Final = frozenset(
    {
        BARE_LINE_END,
        HEADERS_TOO_LONG,
        NO_SEPARATOR,
        REPEATED_FIELD,
        NO_BOUNDARY,
        TOO_MANY_PARTS,
        NESTED_TOO_DEEP,
        ALTERNATIVES_DIFFER,
        LOOKALIKES,
        PERHAPS_UNSEEN,
        UNREADABLE_HEADERS,
        UNREADABLE_TEXT,
    }
)
"""With one of these the mail is not `unambiguous`."""

QUARANTINE: Final = frozenset({BARE_LINE_END, HEADERS_TOO_LONG, TOO_MANY_HOPS})
