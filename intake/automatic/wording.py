"""How mail systems word what they send back, and what they call themselves, as regular expressions."""

from __future__ import annotations

import re


def any_of(*phrases: str) -> str:
    """One regular expression that fits whichever of `phrases` does."""
    return "|".join(phrases)


# Senders that write nothing but bounces (RFC 2142, RFC 5321 §4.5.5).
BOUNCER = re.compile(r"mailer[-_.]?daemon\d*|mail[-_.]?daemon|bounces?|mailerdaemon.*", re.IGNORECASE)

# People write from postmaster@ too (and from mail@, which is why it is not here): it takes a second sign.
DAEMON = re.compile(
    any_of(
        *("postmaster", "post[-_.]office", "mdaemon", "mailer", "mmdf", "pmdf", "uucp", "mta", "lmtpd?"),
        *("e?mail[-_. ]?(?:delivery|system|router|server|gateway|scanner|robot).*", "delivery[-_.].*"),
        *(r"microsoftexchange[0-9a-f]{20,}", r"\w*[-_.](?:postmaster|mailer-daemon)", "autoforward"),
    ),
    re.IGNORECASE,
)
# The same by their display names.
DAEMON_NAME = re.compile(
    any_of(
        r"(?:(?:e-?)?mail|internet mail|message)[- ]?(?:delivery|router|transport|transfer)\b",
        *("mail(?:er)?[- ]?daemon", "post ?master", "mail system", "mail administrator"),
        *("почтовый сервер", "почтовая система", "служба доставки"),
    ),
    re.IGNORECASE,
)

# Whose owners say that an answer would reach nobody.
ROBOT = re.compile(
    any_of(
        r"(?:.*[._+-])?(?:no|do-?not|dont|never|ne|not)[._-]?repl(?:y|ies)(?:[._+-].*)?",
        r"(?:.*[._+-])?(?:no-?answer|ne-?otvecha[jyi]\w*|nepost|noreplay|no-?respon(?:se|der?))(?:[._+-].*)?",
        r"(?:auto[._-]?(?:reply|replies|answer|response|responder|mailer|confirm))(?:[._+-].*)?",
    ),
    re.IGNORECASE,
)

_BOUNCE_SUBJECTS = any_of(
    *("undeliver", "not delivered", "non[- ]?deliver", "returned (?:e?mail|message|to sender)"),
    *("failure notice", r"return(?:ed|ing) (?:e?mail|message)(?: to sender)?", "mail returned"),
    r"(?:mail |e-?mail |message )?delivery "
    r"(?:status|failure|failed|report|notification|error|problem|has failed)",
    *("delivery (?:unsuccessful|attempts? failed|delayed|incomplete|not possible|warning)", "ndn:", "ndr:"),
    *("e?mail (?:delivery )?(?:system )?(?:failed|failure|error)", "message (?:delivery|status)"),
    *("could(?: not|n't) (?:be )?(?:deliver|send)", "(?:delivery|mail|message).{0,20}delayed"),
    *("unable to deliver", "cannot (?:be )?deliver", "can't (?:be )?deliver", "undelivrable"),
    *("mailbox (?:is )?(?:full|unavailable|not found)", "quota exceeded", "over quota"),
    *("warning: (?:could not|message|mail)", "user (?:unknown|not known|not found)"),
    *("unknown (?:user|address|recipient)", "invalid (?:recipient|address)", "failed (?:delivery|mail)"),
    *("mail status report", "rejected mail", "mail rejected", "no such user", "address not found"),
    *(
        "message (?:not sent|was not delivered|undeliverable|bounced)",
        "mail bounced",
        "bounced (?:mail|message)",
    ),
    *("недостав", "не доставлен", "не уда(?:лось|[её]тся) доставить", "ошибка доставки", "сбой доставки"),
    *("отч[её]т о (?:не)?доставке", "уведомление о (?:не)?доставке", "невозможно доставить"),
    *("сообщение не (?:было )?доставлено", "письмо не (?:было )?доставлено", "возврат письма"),
    *(
        "не вдалося доставити",
        "недоставлен",
        "помилка доставки",
        "звіт про доставку",
        "не може бути доставлен",
    ),
    *(
        "toimittamatta",
        "ei (?:voitu|voi|voida) toimittaa",
        "toimitusvirhe",
        "palautettu viesti",
        "viestin toimitus",
    ),
    *("viestiä ei voi", "perille toimittamaton", "epäonnistui"),
    *("nicht zustell", "unzustellbar", "zustellung (?:fehlgeschlagen|nicht)", "zustellungsfehler"),
    *("zustellstatus", "nicht übermittelt", "fehler bei der zustellung", "unzustellbare nachricht"),
    *("non remis", "échec d[e'’]", "remise impossible", "non distribu", "retour à l['’]expéditeur"),
    *(
        "no se pudo entregar",
        "no se ha podido entregar",
        "no entregad",
        "error de entrega",
        "no se puede entregar",
    ),
    *("notificación de estado de entrega", "mensaje devuelto", "correo devuelto"),
    *("nie (?:został[ao]? )?dostarcz", "niedostarcz", "nie można dostarczyć", "niepowodzenie dostarcz"),
    *("zwrot(?: wiadomości| poczty)", "non (?:è stato )?(?:recapita|consegna)", "mancata consegna"),
    *(
        "impossibile (?:recapitare|consegnare)",
        "errore di consegna",
        "não (?:foi )?entreg",
        "falha na entrega",
    ),
    *(
        "não (?:pôde|pode) ser entregue",
        "não é possível entregar",
        "kan niet worden (?:bezorgd|afgeleverd)",
        "niet (?:bezorgd|afgeleverd)",
    ),
    *(
        "onbestelbaar",
        "(?:kunde|kan) inte levereras",
        "kan ikke leveres",
        "kunne ikke leveres",
        "olevererbar",
    ),
    *("ikke levert", "ej levererat", "nedoručit", "nelze doručit", "doručení se nezdařilo", "teslim edilem"),
    *(
        "kézbesíthetetlen",
        "sikertelen kézbesítés",
        "nu a putut fi livrat",
        "配信不能",
        "配信できません",
        "不達",
    ),
    *(
        "エラーメール",
        "送信できません",
        "退信",
        "无法投递",
        "無法投遞",
        "无法送达",
        "未送达",
        "投递失败",
        "系统退信",
    ),
    *("배달되지 않", "반송", "전송 실패"),
)
BOUNCE_SUBJECT = re.compile(_BOUNCE_SUBJECTS, re.IGNORECASE)
# Where a person may be writing: the notice's own words, without a "Re:" or "Fwd:" before them.
BOUNCE_SUBJECT_AT_START = re.compile(rf"[\s\[*!(]*(?:{_BOUNCE_SUBJECTS})", re.IGNORECASE)

BOUNCE_TEXT = re.compile(
    any_of(
        *("could not be (?:sent|delivered)", "couldn't be delivered", "undeliverable", "unable to deliver"),
        *(
            "delivery (?:to the following|failed|has failed|failure)",
            "was not delivered",
            "not been delivered",
        ),
        *("permanent(?:ly)? (?:fatal )?(?:error|fail)", "user unknown", "unknown user", "returned to you"),
        *("no such (?:user|mailbox|person)", "mailbox (?:is )?(?:full|unavailable|not found)"),
        *(
            "did not reach",
            "cannot be delivered",
            "can't be delivered",
            "failed to deliver",
            "not deliverable",
        ),
        *(
            "(?:addresses?|recipients?) (?:had|failed|rejected|unknown)",
            "over (?:its )?quota",
            "host unknown",
        ),
        *("not listed in", "will keep trying", "still being retried", "warning message only"),
        *("не (?:может|удалось|было|будет) .{0,40}доставл", "не доставлено", "невозможно доставить"),
        *("не вдалося доставити", "не може бути доставлен", "ei voitu toimittaa", "nicht zugestellt"),
        *("konnte nicht", "n'a pas (?:pu )?(?:être )?(?:remis|distribu)", "no se (?:ha )?pud\\w+ entregar"),
        *(
            "nie (?:mogł\\w+|może|został\\w*) .{0,20}dostarcz",
            "non è stato possibile (?:recapitare|consegnare)",
        ),
    ),
    re.IGNORECASE,
)

# The first words of bounces that carry no other mark (qmail's QSBMF, Exim, Postfix, Sendmail, Exchange …).
BOUNCE_OPENING = re.compile(
    any_of(
        r"hi[.!]? this is the \S{0,20}(?:qmail|mail)",
        r"(?:this|a) (?:message|report) was (?:created|generated) automatically by",
        r"this is (?:the|an?) (?:postfix|mail system|mail delivery|automatically generated delivery)",
        r"this report relates to a message you sent",
        r"(?:the )?original message was received at",
        r"(?:a )?message (?:that you sent|from \S+\.?)\s+(?:could not be|unable to) deliver",
        r"message from \S+\.\s+unable to deliver message to",
        r"your (?:message|e-?mail|mail)\s+(?:to:?\s?.{1,100}\s+)?(?:was|has|did|could|can)(?: ?n[o']t)\b"
        r".{0,40}\b(?:deliver|reach|sent)",
        r"delivery (?:has failed|to the following|failed|failure)",
        r"(?:i'm|we(?:'re| are)|i am) (?:sorry|afraid)\b.{0,40}\b"
        r"(?:unable|not able|wasn't able|could not|couldn't) .{0,20}deliver",
        r"sorry,? (?:we|i) (?:were|was|wasn't|couldn't|could not) .{0,20}deliver",
        r"(?:the following|one or more) (?:address(?:es|\(es\))?|recipients?)\b"
        r".{0,40}\b(?:failed|had|could not)",
        r"-+ ?the following addresses had",
        r"unable to deliver (?:message|mail|e-?mail)",
        r"(?:это|данное) (?:письмо|сообщение) (?:было )?(?:создано|сформировано) автоматически",
        r"(?:ваше )?(?:сообщение|письмо) .{0,100}не (?:было |может быть |удалось )доставл",
        r"(?:к сожалению, )?не удалось доставить",
        r"(?:на жаль, )?не вдалося доставити",
        r"(?:ihre|diese) (?:nachricht|e-?mail) .{0,100}nicht zugestellt",
        r"(?:viestiä|viestiäsi) .{0,60}ei voitu toimittaa",
        r"(?:votre|le) message .{0,100}n['’]a pas (?:pu )?(?:être )?(?:remis|distribu)",
        r"(?:su|el) mensaje .{0,100}no (?:se )?(?:ha |pudo |puede )?(?:podido )?(?:ser )?entreg",
        r"(?:twoja |ta )?wiadomość .{0,100}nie (?:została|mogła|może)",
    ),
    re.IGNORECASE | re.DOTALL,
)

# A header block of a returned mail in a notice's text: a person quotes it with signs, or not at all.
RETURNED_HEADER = re.compile(r"^(?:received|message-id|return-path)[ \t]*:", re.IGNORECASE | re.MULTILINE)

# A notice that the mail is still being tried: nothing has failed yet.
STILL_TRIED = re.compile(
    any_of(
        r"(?:this is a |\bis (?:just )?a )warning message only",
        r"you do not need to (?:resend|send|take)",
        r"will (?:keep|continue) (?:re)?try",
        r"delivery (?:attempts )?will (?:be )?continu",
        r"(?:has|have) not yet been delivered",
        r"still (?:being|be) (?:re)?tried",
        r"no action is required on your part",
        r"delivery (?:is |has been |was )?delayed",
        r"попытк\w+ доставки (?:будут|продолж)",
        r"доставка (?:вашего )?(?:сообщения |письма )?(?:была )?(?:задерж|отлож)",
        r"спроби доставки (?:будуть|продовж)",
    ),
    re.IGNORECASE,
)
