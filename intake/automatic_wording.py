"""How programs word the mail they write: bounces and absence notices, as regular expressions."""

from __future__ import annotations

import re


def _any(*phrases: str) -> str:
    return "|".join(phrases)


# Senders that write nothing but bounces (RFC 2142, RFC 5321 §4.5.5).
BOUNCER = re.compile(r"mailer-?daemon|mail-?daemon|bounces?", re.IGNORECASE)

# People write from postmaster@ too (and from mail@, which is why it is not here): it takes a second sign.
DAEMON = re.compile(r"postmaster|mdaemon|mailer|maildelivery|mail-?system|mmdf", re.IGNORECASE)

ROBOT = re.compile(r"(?:.*[._+-])?(?:no|do-?not|dont|never)[._-]?reply(?:[._+-].*)?", re.IGNORECASE)

BOUNCE_SUBJECT = re.compile(
    _any(
        *("undeliver", "not delivered", "non[- ]?deliver", "returned (?:mail|to sender)", "failure notice"),
        r"return(?:ed|ing) (?:e?mail|message) to sender",
        "delivery (?:status|failure|failed|report|notification|error|problem|has failed|unsuccessful)",
        *("mail (?:delivery )?(?:system )?(?:failed|failure|error)", "message (?:delivery|status)"),
        *("could not (?:be )?deliver", "(?:delivery|mail|message).{0,20}delayed", "unable to deliver"),
        *("mailbox (?:is )?(?:full|unavailable)", "warning: could not send", "user unknown"),
        *("unknown (?:user|address)", "failed (?:delivery|mail)", "mail status report"),
        *("недостав", "не доставлен", "не удалось доставить", "ошибка доставки", "сбой доставки"),
        *(
            "отч[её]т о доставке",
            "не вдалося доставити",
            "недоставлен",
            "помилка доставки",
            "звіт про доставку",
        ),
        *("toimittamatta", "ei voitu toimittaa", "toimitusvirhe", "palautettu viesti", "viestin toimitus"),
        *("nicht zustell", "unzustellbar", "non remis", "échec de la remise", "no se pudo entregar"),
    ),
    re.IGNORECASE,
)

BOUNCE_TEXT = re.compile(
    _any(
        *("could not be delivered", "couldn't be delivered", "undeliverable", "unable to deliver"),
        *(
            "delivery (?:to the following|failed|has failed|failure)",
            "was not delivered",
            "not been delivered",
        ),
        *("permanent(?:ly)? (?:fatal )?(?:error|fail)", "user unknown", "unknown user", "returned to you"),
        *("no such (?:user|mailbox|person)", "mailbox (?:is )?(?:full|unavailable|not found)"),
        *("не (?:может|удалось|было) .{0,30}доставл", "не доставлено"),
    ),
    re.IGNORECASE,
)

# The first words of bounces that carry no other mark (qmail's QSBMF, Exim, Postfix, Exchange, Yahoo).
BOUNCE_OPENING = re.compile(
    _any(
        r"hi\. this is the \S{0,20}qmail-send program",
        "this message was created automatically by (?:the )?mail delivery",
        "this is the (?:postfix|mail system|mail delivery)",
        r"message from \S+\.\s+unable to deliver message to",
        r"your message\s+(?:to:.{1,100}\s+)?(?:was not|did not|could not|cannot) be(?:en)? delivered",
        "delivery has failed to these recipients",
        "sorry, we were unable to deliver your message",
    ),
    re.IGNORECASE,
)

_AWAY_PHRASES = _any(
    *("auto(?:matic|mated)?[ -]?(?:reply|response|responder)", "out of (?:the )?office(?: auto-?reply)?"),
    *("vacation (?:reply|notice)", "away from (?:my|the) (?:office|mail)"),
    *("автоматический ответ", "автоответ(?:чик)?", "авто-ответ", "вне офиса", "нет на месте"),
    *("(?:я )?в отпуске", "отсутствую(?: на работе)?"),
    *("автоматична відповідь", "автовідповід(?:ь|ач)", "поза офісом", "у відпустці", "мене немає в офісі"),
    *("automaattinen (?:vastaus|poissaoloviesti)", "automaattivastaus", "poissaolo(?:ilmoitus|viesti)"),
    *("poissa(?: toimistosta)?", "lomavastaus", "olen lomalla"),
    *(
        "abwesenheits(?:notiz|nachricht|meldung|assistent)",
        r"autom(?:atische|\.) antwort",
        "nicht im b[üu]ro",
    ),
    *("réponse automatique", "absence du bureau", r"absent\(?e?\)? du bureau", "message d['’]absence"),
    *("respuesta autom[áa]tica", "fuera de (?:la )?oficina", "odpowiedź automatyczna", "autoodpowiedź"),
    *("nieobecność", "risposta automatica", "fuori ufficio", "resposta autom[áa]tica"),
    *("automatisch antwoord", "autosvar", "automatiskt svar"),
)
# After the words a subject must end or go on with a mark: "Automatic reply does not work" is a request,
# and so is "Re: Automatic reply: …", which a person wrote.
AWAY_SUBJECT = re.compile(rf"(?:{_AWAY_PHRASES})\s*(?:$|[:\uff1a\-–—(\[!.,])|auto:", re.IGNORECASE)
