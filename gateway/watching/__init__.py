"""What others may know of a running gateway: health, metrics, canaries, and the service manager."""

from __future__ import annotations

from gateway.watching.watching import Watching

__all__ = ["Watching"]
