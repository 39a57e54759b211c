"""What the gateway writes: mails from templates, in the recipient's language."""

from gateway.render.check import languages_of, template_faults
from gateway.render.environment import Renderer, folders_of
from gateway.render.mail import render
from gateway.render.page import Asked, Carried, Entry, Link, Page, Recipient, Rendered

__all__ = [
    "Asked",
    "Carried",
    "Entry",
    "Link",
    "Page",
    "Recipient",
    "Rendered",
    "Renderer",
    "folders_of",
    "languages_of",
    "render",
    "template_faults",
]
