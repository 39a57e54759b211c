"""What `serve` says when it is ready: how to send the first ticket, and where the answer is."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from gateway.configuration.home import command
from gateway.configuration.urls import Maildir
from gateway.house import House


def greeting(house: House, bound: Sequence[str], watched: str | None = None) -> str:
    """A few lines for the terminal; the first mail can be sent by copying one of them."""
    desk = next(iter(house.desks.values()))
    host, _, port = bound[0].rpartition(":")
    delivery = house.configuration.delivery.url
    lines = [
        f"Deskpost serves {', '.join(house.desks)}",
        f"  mail comes in at {', '.join(bound)}, home {house.configuration.home}",
        "",
        "Send the first ticket with any mail client, or with one of these:",
        f"  swaks --server {host} --port {port} --to {desk.address} --from you@customer.example \\",
        '        --header "Subject: The printer is on fire" --body "Please help."',
        f"  python3 -c \"import smtplib; smtplib.SMTP('{host}', {port}).sendmail(",
        f"      'you@customer.example', '{desk.address}', 'From: you@customer.example\\n"
        f"To: {desk.address}\\nSubject: The printer is on fire\\n\\nPlease help.')\"",
        "",
    ]
    if isinstance(delivery, Maildir):
        lines.append(f"The answers are in a Maildir: mutt -f {quote(str(delivery.path))}")
    else:
        lines.append(f"The answers leave by {delivery}")
    if watched:
        lines.append(f"How it fares: http://{watched}/healthz and /metrics")
    look = command(house.configuration.home, "show 1")
    lines += [f"Look at the ticket: .venv/bin/python {look}", "Stop with Ctrl-C."]
    return "\n".join(lines)
