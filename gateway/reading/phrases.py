"""What mail systems are called, and what they call their bounces and absence notes.

Subjects are matched from their start, so that `Re:` and `Fwd:` before them, as people write, never
match. Alternatives of plain text only: linear.
"""

from __future__ import annotations

import re
from typing import Final

# Who sends by itself. The local part, or the display name where a mail system leaves out the
# address.
DAEMON: Final = re.compile(
    r"\bmailer[-_. ]?daemon\b|\bmdaemon@|^\W*mail delivery (?:sub)?system\b", re.IGNORECASE
)
POSTMASTER: Final = re.compile(r"\bpoo?st[-_.]?master@|^\W*postmaster\W|<>", re.IGNORECASE)
NO_REPLY: Final = re.compile(
    r"(?:^|[<\s.+_-])(?:(?:no|not|do[-_.]?not)[-_.]?reply|ne[-_.]?pas[-_.]?repondre|nicht[-_.]?antworten"
    r"|niet[-_.]?(?:be)?antwoorden|neodpovidat|neodpovidejte)\b[^@<>\s]*@",
    re.IGNORECASE,
)
GATEWAY: Final = re.compile(
    r"(?:anti-?virus|mail-?(?:scan|gateway|sweeper|marshal|delivery)|imss|smtp|bounce)[^@<>\s]*@"
    r"|mail[-_.]delivery[-_.](?:sub)?system@",
    re.IGNORECASE,
)

# Subjects of bounces and of warnings of delay.
BOUNCE_SUBJECT: Final = re.compile(
    r"(?:\[[^\]]{1,40}\] ?)?(?:"
    + "|".join(
        (
            r"undeliver(?:able|ed)\b",
            r"undelivrable\b",
            r"non[- ](?:remis|distribuable|delivrable|délivrable)\b",
            r"non[- ]recapitabile\b",
            r"unzustellbar",
            r"onbestelbaar",
            r"nelze doručit",
            r"nedoručiteln",
            r"no se puede entregar",
            r"não é possível entregar",
            r"delivery (?:status )?(?:notification|failure|failed|report|problem|error)",
            r"delivery (?:delayed|has failed)",
            r"delivery status\b",
            r"(?:e-?)?mail (?:delivery |system )?(?:failure|failed|error|status)",
            r"(?:e-?)?mail (?:could not be|not) delivered",
            r"mail(?: message)? undeliverable",
            r"mail(?: message)? delivery (?:failed|failure|problem|error|status)",
            r"mail(?: message)? delivery (?:delayed|notification)",
            r"mail system error",
            r"mail error",
            r"message (?:undeliverable|not delivered|delivery|could not be delivered|status)",
            r"message delivery (?:has )?failed",
            r"failure (?:notice|delivery|notification)",
            r"returned (?:e?-?mail|to sender)",
            r"return(?:ed)? receipt",
            r"(?:delayed|deferred) (?:mail|message)",
            r"warning: (?:message|could not send|e?-?mail)",
            r"could not (?:send|deliver) message",
            r"(?:your )?message (?:was |is )?(?:not delivered|rejected|delayed)",
            r"your message could not be delivered",
            r"automatically rejected mail",
            r"rejected (?:mail|message)",
            r"permanent (?:delivery )?(?:failure|error)",
            r"nondeliverable mail",
            r"notification d['’](?:état de remise|échec)",
            r"(?:échec de (?:la )?(?:remise|livraison)|message non (?:remis|délivré))",
            r"(?:mail )?zustellung(?:sfehler| fehlgeschlagen)",
            r"fehler bei der (?:nachrichten)?zustellung",
            r"bericht (?:niet|kan niet)",
            r"zpráva nebyla doručena",
            r"oznámení o (?:stavu doručení|nedoručení)",
            r"notifica(?:ción|zione|ção) (?:de|di|do)? ?(?:estado|stato|status)",
            r"ваше сообщение не доставлено",
            r"недоставленное",
            r"メールエラー",
            r"配信不能",
            r"系统退信",
            r"退信",
        )
    )
    + ")",
    re.IGNORECASE,
)

# What the text of a bounce says, from a sender that is a machine by itself.
BOUNCE_TEXT: Final = re.compile(
    "|".join(
        (
            r"(?:could|can|was|were|has|have) ?not be(?:en)? delivered",
            r"(?:cannot|can't|couldn't|wasn't|weren't) be delivered",
            r"(?:was|were) (?:not|un)[- ]?(?:able to be )?delivered",
            r"(?:unable|failed|not able|trying|attempting) to deliver",
            r"delivery (?:to the following|attempt|has failed|failed|failure)",
            r"del[ei]very to the following recipients? failed",
            r"did not reach (?:the following|some or all)",
            r"undeliverable",
            r"returned to (?:the |its )?sender",
            r"the following (?:recipient|address)(?:\(?e?s\)?)? (?:failed|had|was|were|could)",
            r"qmail-send program",
            r"(?:user|recipient|mailbox|address|host) (?:unknown|not found|rejected|full)",
            r"(?:user|recipient|mailbox|address|host) (?:unavailable|does not exist)",
            r"(?:unknown|invalid) (?:user|recipient|mailbox|address)",
            r"(?:no such|invalid) (?:user|recipient)",
            r"transcript of (?:the )?session follows",
            r"permanent (?:fatal )?error",
            r"mailbox (?:is )?(?:full|over quota)",
            r"(?:n'a pas pu|n’a pas pu) [êe]tre (?:remis|d[ée]livr[ée]|distribu[ée])",
            r"konnte(?:n)? nicht (?:zugestellt|ausgeliefert)",
            r"kon(?:den)? niet worden (?:bezorgd|afgeleverd)",
            r"(?:nebyla|nemohla být|nelze) doruč",
            r"no (?:se )?(?:ha podido|pudo) (?:ser )?entregad?",
            r"送信できませんでした",
            r"配信できませんでした",
        )
    ),
    re.IGNORECASE,
)

# Subjects that mail programs put before that of the mail they answer, each with its colon.
AUTOMATIC_SUBJECT: Final = re.compile(
    r"(?:\[[^\]]{1,40}\] ?)?(?:"
    + "|".join(
        (
            r"auto(?:matic|mated)?[- ]?(?:reply|response|answer)",
            r"auto ?reply",
            r"out of (?:the )?office(?: (?:auto(?:matic)?[- ]?)?reply| message| notification)?",
            r"vacation (?:reply|message|response|notice)",
            r"away from (?:my )?(?:mail|office)",
            r"réponse automatique(?: d['’]absence)?",
            r"(?:message|notification) d['’]absence(?: du bureau)?",
            r"absence du bureau",
            r"automatische (?:antwort|abwesenheitsnotiz|abwesenheitsantwort)",
            r"abwesen(?:heitsnotiz|heitsnachricht|d)",
            r"automatisch antwoord(?:bericht)?",
            r"afwezig(?:heids(?:bericht|assistent))?",
            r"automatická odpověď",
            r"mimo kancelář",
            r"respuesta automática",
            r"fuera de (?:la )?oficina",
            r"risposta automatica",
            r"fuori (?:sede|ufficio)",
            r"resposta automática",
            r"automatiskt? svar",
            r"autosvar",
            r"automaattinen vastaus",
            r"odpowiedź automatyczna",
            r"autoodpowiedź",
            r"автоответ",
            r"自動応答",
            r"自动答复",
        )
    )
    + r") ?[:：]",
    re.IGNORECASE,
)
