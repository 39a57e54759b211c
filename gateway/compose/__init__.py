"""A mail's final bytes (RFC 5322, RFC 2045 to 2047, RFC 2231)."""

from gateway.compose.header import Automatic, ComposeError, Headers
from gateway.compose.mail import compose
from gateway.compose.mime import CalendarPart

__all__ = ["Automatic", "CalendarPart", "ComposeError", "Headers", "compose"]
