"""The texts of absence notices and receipts, language by language, as regular expressions."""

from __future__ import annotations

import re

from intake.automatic.wording import any_of

# How a sentence of an absence notice begins; it stands at the text's beginning, or behind a greeting.
AWAY_OPENING = re.compile(
    any_of(
        r"(?:please note that |unfortunately,? |thank you for your (?:e-?mail|message|mail)\W{0,3})?"
        r"(?:i am|i'm|i will be|i'll be) (?:currently |presently |now )?"
        r"(?:out of (?:the )?office|on (?:\w+ )?(?:leave|vacation|holidays?)|away (?:from|until|on)|"
        r"not in the office|travell?ing)",
        r"(?:спасибо за (?:ваше )?(?:письмо|сообщение)\W{0,3})?(?:сейчас |в настоящее время )?"
        r"(?:я )?(?:сейчас )?(?:нахожусь |буду )?(?:в (?:отпуске|командировке|декрет)|вне офиса|отсутству)",
        r"меня не будет (?:на (?:рабочем )?месте|в офисе|на работе)",
        r"(?:на даний момент |зараз )?(?:я )?(?:зараз )?(?:перебуваю )?(?:у|в) (?:відпустці|відрядженні)",
        r"(?:я буду |мене )?(?:відсутн|(?:немає|не буде) (?:в офісі|на (?:робочому )?місці))",
        r"olen (?:(?:tällä hetkellä|nyt) )?(?:poissa|lomalla|vuosilomalla|matkoilla|vapaalla)",
        r"ich bin (?:\S+ ){0,6}"
        r"(?:nicht im (?:b[üu]e?ro|hause?)|im urlaub|abwesend|außer haus|nicht erreichbar)",
        r"je suis (?:actuellement )?(?:absent|en congé|en déplacement|hors du bureau)",
        r"(?:estoy|estaré|me encuentro) (?:\S+ )?(?:fuera de la oficina|de vacaciones|ausente)",
        r"(?:estou|estarei) (?:\S+ )?(?:fora do escritório|de férias|ausente)",
        r"(?:sono|sarò) (?:\S+ )?(?:fuori (?:ufficio|sede)|assente|in ferie)",
        r"(?:obecnie )?(?:jestem|przebywam|będę) (?:\S+ )?(?:na urlopie|poza biurem|nieobecn)",
        r"(?:momenteel |ik )?ben (?:ik )?(?:\S+ ){0,4}(?:afwezig|met vakantie|op vakantie|niet op kantoor)",
        r"jag är (?:\S+ ){0,3}(?:inte på kontoret|på semester|tjänstledig|borta)",
        r"jeg er (?:\S+ ){0,3}(?:ikke på kontoret|på ferie|bortreist|fraværende)",
        r"(?:jsem|nejsem|budu) (?:\S+ ){0,3}(?:mimo kancelář|na dovolené|v kanceláři)",
        r"(?:şu anda )?(?:ofis dışındayım|izindeyim|yıllık izin)",
        r"(?:ただいま|現在)?.{0,10}(?:不在|休暇)",
        r"我.{0,6}(?:不在办公室|休假|外出)",
    ),
    re.IGNORECASE,
)
# What an absence notice promises or warns of, beside saying that somebody is away.
AWAY_PROMISE = re.compile(
    any_of(
        r"(?:limited|no|intermittent|sporadic) access to (?:my )?(?:e-?mail|mail|messages)",
        r"(?:urgent|immediate)\w* (?:matters?|cases?|issues?|assistance|requests?|enquir\w+|please)",
        r"(?:will|shall|i'll) (?:reply|respond|answer|get back|read|attend)\b"
        r".{0,50}\b(?:return|back|soon|possible)",
        r"will not be (?:forwarded|read|answered)",
        r"по (?:всем )?(?:срочным |неотложным )?вопросам\b.{0,40}\b(?:обра[щт]|пишите|звоните|связ)",
        r"(?:в мо[её] отсутствие|на время моего отсутствия)",
        r"(?:отвечу|свяжусь)\b.{0,40}\b(?:возвращени|вернусь|выхода|выйду)",
        r"(?:ограничен\w* )доступ к (?:электронной )?почт",
        r"(?:з|із) (?:усіх )?(?:термінових |нагальних )?питань\b.{0,40}\bзверт",
        r"(?:відповім|зв['’ʼ]яжуся)\b.{0,40}\b(?:повернен|повернуся)",
        r"kiireellisi?ssä asioissa|(?:vastaan|palaan)\b.{0,40}\b(?:palattuani|palaan|takaisin|loma)",
        r"in dringenden f[äa]e?llen|wird nicht weitergeleitet|(?:nach|bei) meiner r[üu]ckkehr",
        r"en cas d['’]urgence|à mon retour|en mon absence",
        r"(?:en caso de|para asuntos?) (?:urgencia|urgentes?)|a mi (?:regreso|vuelta)",
        r"(?:em caso de|assuntos?) urg[êe]n|no meu re(?:torno|gresso)",
        r"(?:in caso di|per) urgenz|al mio r(?:ientro|itorno)",
        r"w (?:sprawach pilnych|pilnych sprawach)|po (?:moim )?powrocie",
        r"(?:bij|voor) (?:dringende|spoed)|na mijn terugkeer|vid brådskande|när jag är tillbaka",
        r"(?:ved|i) haste?(?:sager|saker)|når jeg er tilbake|v naléhavých|po (?:svém )?návratu|acil durum",
    ),
    re.IGNORECASE | re.DOTALL,
)
# A text that says of itself, in its first sentence, that a program wrote it.
MACHINE_OPENING = re.compile(
    r"\W{0,10}(?:"
    + any_of(
        r"this is an auto(?:matic(?:ally[ -]generated)?|mated|[- ]?generated|-)? ?"
        r"(?:reply|response|e-?mail|message|answer|acknowledge?ment|notification)",
        r"это автоматическ(?:ий ответ|ое (?:сообщение|уведомление|письмо))",
        r"(?:данное |это )?(?:письмо|сообщение) (?:сформировано|создано|отправлено) автоматически",
        r"це автоматичн(?:а відповідь|ий лист|е повідомлення)",
        r"tämä on automaattinen (?:vastaus|viesti|ilmoitus)",
        r"dies ist eine automatisch (?:generierte|erzeugte|erstellte) ",
        r"dies ist eine automatische (?:antwort|nachricht)",
        r"ceci est (?:une réponse|un message) automatique",
        r"(?:este es un|esta es una) (?:mensaje|respuesta) automátic[oa]",
        r"(?:esta é uma|este é um) (?:resposta|mensagem|e-?mail) automátic[oa]",
        r"questa è una risposta automatica|questo è un messaggio automatico",
        r"to jest (?:automatyczna odpowiedź|wiadomość (?:wygenerowana )?automatyczn)",
        r"dit is een automatisch|detta är ett auto|dette er (?:et|en) auto",
        r"toto je automatick|bu (?:bir )?otomatik",
    )
    + r")(?=\w*\s*(?:$|[.,:;!(–—-]|\n|(?:from|to|sent|that|generated|please|about|on)\b|\S+ \S+[.,!]))",
    re.IGNORECASE,
)

# Receipts without a report: Outlook's, in the languages it writes them.
RECEIPT_SUBJECT = re.compile(
    r"(?:"
    + any_of(
        *("read(?: receipt)?", "not read", "return receipt(?: \\(displayed\\))?", "delivered", "deleted"),
        *(
            "прочитано",
            "прочтено",
            "не прочитано",
            "уведомление о прочтении",
            "доставлено",
            "отч[её]т о прочтении",
        ),
        *("сповіщення про прочитання", "luettu", "gelesen", "lesebestätigung", "ungelesen", "lu", "non lu"),
        *(
            "leído",
            "no leído",
            "przeczytane",
            "przeczytano",
            "letto",
            "lida",
            "gelezen",
            "läst",
            "lest",
            "læst",
        ),
        *("přečteno", "okundu", "已读", "已讀", "開封済み", "開封確認", "읽음"),
    )
    + r")\s*[:\uff1a]",
    re.IGNORECASE,
)
RECEIPT_OPENING = re.compile(
    any_of(
        r"your (?:message|e-?mail)\b.{0,400}\bwas (?:read|displayed|deleted)",
        r"this is a (?:return )?receipt for the (?:mail|message)",
        r"the message (?:sent )?.{0,200}(?:has been|was) (?:read|displayed|opened)",
        r"(?:ваше )?(?:сообщение|письмо)\b.{0,400}\b(?:прочитано|прочтено|прочитал|отображено)",
        r"(?:ваше )?повідомлення\b.{0,400}\bпрочитан",
        r"viestisi\b.{0,400}\b(?:luettiin|on luettu)",
        r"ihre nachricht\b.{0,400}\bwurde (?:am|gelesen)",
        r"votre message\b.{0,400}\ba été lu",
        r"(?:el|su) mensaje\b.{0,400}\b(?:se leyó|ha sido leído|fue leído)",
        r"(?:twoja )?wiadomość\b.{0,400}\bzosta[łl]a (?:prze|wyświetl)",
    ),
    re.IGNORECASE | re.DOTALL,
)
