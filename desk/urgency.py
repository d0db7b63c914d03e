"""Whether a client says that his request is urgent: agents are called then, and nothing is promised by it.

Cautious in both directions: who writes "не срочно" does not call anybody, and neither does one in whose words
an urgent thing merely occurs ("срочный трудовой договор", "critical update").
"""

from __future__ import annotations

import re

from desk.words import beginnings

READ = 2_000  # characters; whoever is in a hurry says so at once

# In every claim a word begins with one of these.
_BEGINNINGS = frozenset(
    """сроч супе свер крит стои стоя вста легл упал слом оста пара може могу скор быст гори
    терм надт стоі стої стал лягл впал злам зупи можу якна
    urge crit asap soon down stop stan stuc cann unab
    kiir krii mahd heti seis pysä jumi poik emme""".split()  # noqa: SIM905
)

# Where a clause ends: "склад стоит." is a claim, "склад стоит на отшибе" is none.
_END = r"(?=\s*(?:[.,!;:)…—–]|$|и |с утра|со |с \d|уже|из-за|весь|второй|і |й |зранку|від |вже|через))"
# Claims, each by itself enough. Words stand in the forms in which people say them of their own case.
_CLAIMS = (
    # --- ru ---
    r"(?:очень |крайне |супер|сверх)?срочно(?!\w)",
    r"сроч(?:ный|ная) (?:вопрос|проблема|обращение|случай)",
    r"(?:это |ситуация |ошибка |проблема )?(?:критич(?:но|на(?! ли)|ная (?:ошибка|проблема|ситуация))"
    r"|критическая (?:ошибка|проблема|ситуация))(?!\w)",
    rf"вс[её] (?:стоит|встало|легло|упало|сломалось){_END}",
    r"(?:работа|касс[аы]|склады?|магазины?|отгрузк[аи]|производство|предприятие|база|сервер) (?:полностью )?"
    rf"(?:стоит|стоят|встал[аои]?|остановлен[аоы]?|остановил(?:ась|ся|ось|ись)|парализован[аоы]?){_END}",
    r"(?:не можем|не могу) (?:работать|отгружать|торговать|продавать|обслуживать)(?!\w)",
    r"(?:как можно|по возможности) (?:скорее|быстрее|срочнее)(?! \w+(?:ть|ти|чь)(?!\w))",
    r"горит(?! (?:лампочка|индикатор|кнопка|красн|зел[её]н|ж[её]лт))(?:!| срок| отч[её]тность)",
    # --- uk ---
    r"(?:дуже |вкрай |над)?терміново(?!\w)",
    r"термінов(?:е|а) (?:питання|проблема|звернення)",
    r"(?:це |помилка |ситуація )?критичн(?:о|а (?:помилка|проблема|ситуація))(?!\w)",
    rf"(?:усе|все) (?:стоїть|стало|лягло|впало|зламалося){_END}",
    r"(?:робота|кас[аи]|склади?|магазини?|відвантаження|виробництво|база|сервер) (?:повністю )?"
    rf"(?:стоїть|стоять|стал[аои]|зупинен[аоі]|зупинил(?:ася|ося|ися)|паралізован[аоі]){_END}",
    r"(?:не можемо|не можу) (?:працювати|відвантажувати|торгувати|продавати|обслуговувати)(?!\w)",
    r"якнайшвидше",
    # --- en ---
    r"(?:very |extremely )?urgent(?:ly)?(?!\w)",
    r"(?:this is|it is|it's|is) critical(?! (?:of|to|that|update))",
    r"critical (?:error|problem|issue|failure|incident|situation)",
    r"asap(?!\w)|as soon as possible",
    r"(?:everything|production|the (?:shop|store|till|warehouse|whole system|system|server)) (?:is|has|are) "
    r"(?:completely )?(?:down|stopped|at a standstill|stuck)",
    r"(?:we|i) (?:can't|cannot|are unable to) (?:work|trade|sell|ship|serve)(?!\w| with| in| on)",
    # --- fi ---
    r"(?:erittäin |todella |hyvin )?kiireellinen(?!\w)|kiireellisesti|kiireinen asia",
    r"(?:asia|tällä|tässä|meillä) on (?:kova |todella )?kiire(?!\w)",
    r"kriittinen (?:virhe|ongelma|tilanne|häiriö)|(?:tilanne|virhe|ongelma|tämä) on kriittinen",
    r"mahdollisimman pian|heti paikalla",
    r"(?:kaikki|kassa|varasto|myymälä|tuotanto|toimitus|palvelin)\w* (?:on |ovat )?(?:täysin )?"
    r"(?:seisoo|seisovat|pysähtynyt|pysähtyi|jumissa|poikki)(?!\w)",
    r"emme (?:voi|pysty) (?:tehdä töitä|työskentelemään|myymään|toimittamaan|palvelemaan)",
)
_CLAIM = re.compile(rf"(?<![\w-])(?:{'|'.join(_CLAIMS)})", re.IGNORECASE)

# What takes it back, right before or right after; and what only sounds like a claim.
_NOT_BEFORE = re.compile(
    r"(?:(?<!\w)(?:не|ничего|без|нет|если|когда|вряд ли|ні|нічого|якщо|коли|not|no|isn't|nothing|non|if|when"
    r"|ei|eikä|jos|milloin)(?: (?:очень|так|уж|особо|слишком|сильно|это|станет|будет|дуже|надто|це|стане|буде"
    r"|so|that|very|really|it|is|it's|particularly|becomes|kovin|niin|erityisen|ole|se|on))*\s*|\bне|\bnon-)$",
    re.IGNORECASE,
)
_NOT_AFTER = re.compile(
    r"\s*(?:трудов\w*|контракт\w*|договор\w*|вклад\w*|-?\s*не\b|\?|: нет|: ні|: no\b|: ei\b)", re.IGNORECASE
)


def claimed_urgency(text: str) -> str:
    """The words by which a client says that it is urgent, "" when he does not."""
    words = " ".join(text[:READ].replace("’", "'").split())
    if not beginnings(words.replace("can't", "cannot")) & _BEGINNINGS:
        return ""
    for found in _CLAIM.finditer(words):
        before, after = words[max(0, found.start() - 40) : found.start()], words[found.end() :]
        if not _NOT_BEFORE.search(before) and not _NOT_AFTER.match(after):
            return found[0].strip()
    return ""
