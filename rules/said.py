"""The machine words for what mails tell people; templates have the sentence for each.

A line of a mail is a mapping: `what` is one of these words, the other keys its sentence needs.
Labels are the process file's own texts, in each language that it has: every reader has their own.
"""

from __future__ import annotations

from enum import StrEnum


class Headline(StrEnum):
    """What a notice to staff is about; the first of this order that applies is its headline."""

    URGENT = "urgent"
    NEW_TICKET = "new_ticket"
    REOPENED = "reopened"
    CUSTOMER_DECIDED = "customer_decided"
    SURVEY_ANSWERED = "survey_answered"
    TASK = "task"
    ASSIGNED = "assigned"
    CUSTOMER_WROTE = "customer_wrote"
    STAFF_WROTE = "staff_wrote"
    NOTED = "noted"
    """Staff wrote what stays among colleagues."""
    OUTSIDER_WROTE = "outsider_wrote"
    """Somebody who was written to with #send, or who is not on the ticket."""
    BOUNCED = "bounced"
    ABSENT = "absent"
    BREACHED = "breached"
    REMINDER = "reminder"
    NOBODY = "nobody"
    """No one holds the role that should hear of this."""
    CHANGED = "changed"
    BUSY = "busy"
    """Somebody writes more often than a person does."""
    HUSHED = "hushed"
    """More comes that nobody vouches for than is told one by one."""


class What(StrEnum):
    """What happened; the keys each line has beside `what`."""

    OPENED = "opened"  # number
    MOVED = "moved"  # from_label, to_label
    ASSIGNED = "assigned"  # name (empty: nobody)
    PRIORITY = "priority"  # priority
    TYPE = "type"  # label
    LEVEL = "level"  # label
    FIELD = "field"  # label, value, kind (of the field)
    CONTRACT = "contract"  # name
    RESOLUTION = "resolution"  # value (its label)
    TASK_ADDED = "task_added"
    """number, title, name (empty: nobody yet), due (ISO date or empty); says and at (ISO moment or
    empty) for the customer."""
    TASK_ASSIGNED = "task_assigned"  # number, title, name
    TASK_DONE = "task_done"  # number, title
    TIME_ADDED = "time_added"  # minutes, on (ISO date), billable, total_minutes, contract (covers)
    NOBODY = "nobody"  # role (its label, or finance): no one holds it
    REMINDER_SET = "reminder_set"  # at (ISO moment)
    REQUESTER = "requester"  # address
    PARTICIPANT_ADDED = "participant_added"  # address
    PARTICIPANT_REMOVED = "participant_removed"  # address
    NOTE_KEPT = "note_kept"  # -
    RELAYED = "relayed"  # -: your text went to the customer
    SENT_TO = "sent_to"  # address
    LINKED = "linked"  # number, kind
    LINKED_NOW = "linked_now"  # number, label (of its status), priority
    LINKED_OUT = "linked_out"  # kind, to
    MERGED = "merged"  # number
    SPLIT = "split"  # number
    MOVED_DESK = "moved_desk"  # desk
    SPAM = "spam"  # -
    CALLBACK = "callback"  # phone, at (ISO moment or empty)
    PHONE = "phone"  # number, address
    QUOTE_SENT = "quote_sent"  # number, amount, currency, minutes, reserves (of a budget)
    QUOTE_APPROVED = "quote_approved"  # number, amount, currency
    QUOTE_DECLINED = "quote_declined"  # number, amount, currency, reason (may be empty)
    QUOTE_EXPIRED = "quote_expired"  # number, amount, currency
    QUOTE_TOO_LATE = "quote_too_late"  # address: of who wanted to approve it
    BUDGET_OVER = "budget_over"  # contract, over, unit (hour or a currency)
    INVITED = "invited"  # at (ISO moment)
    INVOICE_RAISED = "invoice_raised"  # invoice
    INVOICE_PAID = "invoice_paid"  # invoice
    INVOICE_REQUESTED = "invoice_requested"  # -
    RATED = "rated"  # score
    SURVEY_SENT = "survey_sent"  # -
    REOPENED = "reopened"  # -
    THANKED = "thanked"  # -: noted on a closed ticket
    CONFIRMED = "confirmed"  # -
    NOT_CONFIRMED = "not_confirmed"  # -
    PROOF = "proof"  # number (of the ticket), version, amount, currency, proof, second
    SECOND_ASKED = "second_asked"  # names: one of them has to agree
    NOT_AGREED = "not_agreed"  # -: the second person did not
    EXPIRED = "expired"  # -
    UNVERIFIED = "unverified"  # address: nobody proved that the mail is theirs
    HUSHED = "hushed"  # count, numbers (of tickets): mails of which nobody was told
    QUEUE_EMPTY = "queue_empty"  # -: #next, and nothing waits
    NOT_DELIVERED = "not_delivered"  # address, text
    ABSENCE = "absence"  # address
    BUSY = "busy"  # address: its mails count as a machine's from now on
    HINT = "hint"  # text: what the process file says of what holds now
    TIMER = "timer"  # text: what the process file says of it


class Why(StrEnum):
    """Why a command was not done; the keys each refusal has beside `why` and `line`."""

    UNKNOWN = "unknown"  # word, meant (list of #words, may be empty)
    DOUBTFUL = "doubtful"  # -: may be quoted text
    NOT_YOURS = "not_yours"  # roles (labels of who may)
    WRONG_STATUS = "wrong_status"  # status_label, in_labels (statuses in which it can be done)
    WRONG_TYPE = "wrong_type"  # type_label, type_labels
    MISSING_ARGUMENT = "missing_argument"  # argument, usage
    BAD_ARGUMENT = "bad_argument"  # argument, given, usage
    TOO_MUCH = "too_much"  # given, usage
    GUARD = "guard"  # says
    NO_TICKET = "no_ticket"  # -: needs a ticket, and this mail is on none
    NO_SUCH_TICKET = "no_such_ticket"  # number
    NO_SUCH_PERSON = "no_such_person"  # given
    AMBIGUOUS_PERSON = "ambiguous_person"  # given, names
    NO_SUCH_TASK = "no_such_task"  # given, open (list of {number, title})
    NO_SUCH_CONTRACT = "no_such_contract"  # given, names
    NO_SUCH_DESK = "no_such_desk"  # given, desks
    NO_QUOTE = "no_quote"  # -
    OLD_QUOTE = "old_quote"  # number: superseded; the new one comes again
    EXPIRED_QUOTE = "expired_quote"  # number, on (its last day, ISO): staff make a new one
    OLD_VERSION = "old_version"  # -: what it decides on was replaced by a newer one
    NO_SURVEY = "no_survey"  # -
    NO_TIME = "no_time"  # minutes: what the sender has written down, less than is taken back
    NOTHING_BILLED = "nothing_billed"  # -: #raised or #paid, and no invoice was asked for
    ALREADY = "already"  # -: it is so already
    UNPROVEN = "unproven"  # -: we could not verify that you sent this
    ASKED = "asked"  # -: a confirmation was mailed to the address on file
    ASKED_BEFORE = "asked_before"  # -: another question to the same person waits
    NOTHING_TO_CONFIRM = "nothing_to_confirm"  # -
    WITH_OTHERS = "with_others"  # -: fine by itself, left undone because another line failed
    MONEY = "money"  # -: needs a second person
