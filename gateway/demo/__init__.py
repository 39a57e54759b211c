"""One ticket of a process from its first mail to the survey, over real SMTP, for people to watch.

`rules/processes/demo/NAME.yaml` says who writes what; a new process brings its own.
"""

from __future__ import annotations

from gateway.demo.play import play

__all__ = ["play"]
