"""Letters: word by word the style sheets' models, and safe whatever a client or an agent wrote."""

import re
from dataclasses import replace
from datetime import time
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.service_level import Promise, ServiceLevel
from desk.working_time import Calendar
from replies.compose import KINDS, Desk, Letter, compose
from replies.languages import LANGUAGES, Languages

TEXTS = Languages()
MOSCOW = ZoneInfo("Europe/Moscow")
DAY = ((time(5), time(14)),)
TITLES = {
    "standard": {
        "ru": "Коммерческие клиенты: стандартная поддержка",
        "uk": "Комерційні клієнти: стандартна підтримка",
        "en": "Commercial clients: standard support",
        "fi": "Sopimusasiakkaat – vakiotuki",
    },
    "urgent": {
        "ru": "Коммерческие клиенты: оперативная поддержка",
        "uk": "Комерційні клієнти: оперативна підтримка",
        "en": "Commercial clients: urgent support",
        "fi": "Sopimusasiakkaat – kiireellinen tuki",
    },
    "development": {"ru": "Разработка"},
}
LEVELS = {
    key: ServiceLevel(key, titles, Promise(Decimal(8), "hours"), "main") for key, titles in TITLES.items()
}
DESK = Desk(
    name="АгроСофт",
    address="support@example.org",
    default_language="ru",
    public_url="https://desk.example.org",
    timezone=MOSCOW,
    calendars={"main": Calendar("main", MOSCOW, (DAY, DAY, DAY, DAY, DAY, (), ()))},
    levels=LEVELS,
    footers={"fi": "AgroSoftin tuki"},
)
URL = "https://desk.example.org/ticket/abc"
CONFIRMED: dict[str, Any] = {
    "number": "AS-000042",
    "level": "standard",
    "promise": "8 working hours",
    "due_at": "2026-11-23T10:30:00+00:00",
    "calendar": "main",
    "ticket_url": URL,
}
INVITED: dict[str, Any] = {
    "number": "AS-000042",
    "rate_urls": {str(n): f"https://desk.example.org/rate/{n}" for n in range(1, 6)},
    "expires_at": "2026-12-07T09:00:00+00:00",
}
MOVED: dict[str, Any] = {
    "number": "AS-000042",
    "level": "urgent",
    "promise": "6 working hours",
    "due_at": "2026-11-23T08:30:00+00:00",
    "old_due_at": "2026-11-23T10:30:00+00:00",
    "ticket_url": URL,
}
ANSWERED: dict[str, Any] = {"number": "AS-000042", "text": "Готово.", "ticket_url": URL}
CLOSED: dict[str, Any] = {"number": "AS-000042", "ticket_url": URL}
ALARM: dict[str, Any] = {
    "number": "",
    "what": "stopped",
    "mailbox": "support",
    "since": "2026-11-23T10:30:00+00:00",
    "reason": "signing in: [AUTHENTICATIONFAILED] Authentication failed.",
}
FACTS = {
    "confirmation": CONFIRMED,
    "answer": ANSWERED,
    "edit": ANSWERED,
    "hello": {"number": ""},
    "invitation": INVITED,
    "rating-reminder": INVITED,
    "level-change": MOVED,
    "reopened": CLOSED,
    "closed-without-invitation": CLOSED,
    "closed": CLOSED,
    "postponed": CLOSED | {"reason": "not-reproduced"},
    "merged": CLOSED | {"into": "AS-000043"},
    "planned": CLOSED | {"due_at": "2026-12-15T11:00:00+00:00", "old_due_at": "2026-12-08T11:00:00+00:00"},
    "blocked": {"number": ""},
    "alarm": ALARM,
    "link-code": {"number": "", "code": "12345678", "minutes": 30},
    "low-rating": {"number": "AS-000042", "stars": 1, "comment": "Долго ждали."},
}


def tied(text: str) -> str:
    """A ~ of these tests is a no-break space."""
    return text.replace("~", "\u00a0")


def written(kind: str, language: str | None, facts: dict[str, Any], desk: Desk = DESK, **more: Any) -> Letter:
    return compose(kind, language, {**facts, **more}, desk, TEXTS)


def paragraphs(letter: Letter) -> list[str]:
    return letter.text.rstrip("\n").split("\n\n")


class Shown(HTMLParser):
    """What a mail program shows of an HTML part, and what it would load or follow."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links, self.tags, self.language = "", [], set[str](), ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        assert "src" not in given
        assert not [name for name in given if name.startswith("on")]
        if tag == "a":
            self.links.append(given["href"])
        if tag == "html":
            self.language = given["lang"] or ""

    def handle_data(self, text: str) -> None:
        self.text += text


CONFIRMATIONS = {
    "ru": """\
Здравствуйте, Ольга Николаевна!

Мы приняли Ваше обращение, его номер~— AS-000042.
Уровень обслуживания~— «Коммерческие клиенты: стандартная поддержка».
Специалист ответит в течение 8~рабочих часов: до 23~ноября 2026~г., 13:30 (МСК).

Подскажите, пожалуйста, номер выпуска программы («Справка» → «О программе») и что Вы делали перед тем, \
как появилась ошибка: так мы разберёмся быстрее.

Снимок kassa.png приложен к обращению. Файл «Ведомость.xlsx» не сохранён: мы принимаем снимки экрана в \
форматах JPG, GIF и~PNG.

Чтобы что-то добавить, ответьте на это письмо. Состояние обращения: https://desk.example.org/ticket/abc

Служба поддержки АгроСофт
По рабочим дням, 05:00–14:00 (МСК)
""",
    "uk": """\
Добрий день!

Ми отримали Ваше звернення, його номер~— AS-000042.
Рівень обслуговування~— «Комерційні клієнти: стандартна підтримка».
Фахівець відповість протягом 8~робочих годин: до 23~листопада 2026~р., 13:30 (за московським часом).

Підкажіть, будь ласка, номер випуску програми («Довідка» → «Про програму») і що Ви робили перед тим, \
як з’явилася помилка: так ми розберемося швидше.

Знімок kasa.png додано до звернення. Файл «Відомість.xlsx» не збережено: ми приймаємо знімки екрана у \
форматах JPG, GIF і~PNG.

Щоб щось додати, дайте відповідь на цей лист. Стан звернення: https://desk.example.org/ticket/abc

Служба підтримки АгроСофт
У робочі дні, 05:00–14:00 (за московським часом)
""",
    "en": """\
Hello Peter,

We have received your request. Its number is AS-000042.
Service level: “Commercial clients: standard support”.
A colleague will answer within 8~working hours, by 23~November 2026, 13:30 (Moscow time).

Could you tell us the release number of the program (Help → About) and what you did just before the error \
appeared? It helps us find the cause sooner.

Your screenshot till.png is attached to the request. We did not keep the file “Payroll.xlsx”: we take \
screenshots as JPG, GIF or PNG.

To add anything, just reply to this message. See where your request stands: \
https://desk.example.org/ticket/abc

AgroSoft support
Working days, 05:00–14:00 (Moscow time)
""",
    "fi": """\
Hei Riikka!

Olemme kirjanneet pyyntösi numerolla AS-000042.
Palvelutaso: Sopimusasiakkaat – vakiotuki.
Asiantuntija vastaa 8~työtunnin kuluessa, viimeistään 23.11.2026 klo~13.30 (Moskovan aikaa).

Kertoisitko vielä ohjelman versionumeron (Ohje → Tietoja ohjelmasta) ja mitä teit juuri ennen virhettä? \
Niin pääsemme nopeammin syyn jäljille.

Kuvakaappaus kassa.png on liitetty pyyntöön. Tiedostoa ”Palkat.xlsx” ei tallennettu: otamme vastaan \
JPG-, GIF- ja PNG-kuvia.

Jos haluat lisätä jotain, vastaa tähän viestiin. Pyynnön tila: https://desk.example.org/ticket/abc

AgroSoftin tuki
Arkisin klo~5–14 (Moskovan aikaa)
""",
}


@pytest.mark.parametrize(
    ("language", "name", "shot", "declined", "desk"),
    [
        ("ru", "Ольга Николаевна", "kassa.png", "Ведомость.xlsx", "АгроСофт"),
        ("uk", "Ольга Миколаївна", "kasa.png", "Відомість.xlsx", "АгроСофт"),
        ("en", "Peter Smith", "till.png", "Payroll.xlsx", "AgroSoft"),
        ("fi", "Riikka Virtanen", "kassa.png", "Palkat.xlsx", "AgroSoft"),
    ],
)
def test_the_confirmation_reads_as_the_model(
    language: str, name: str, shot: str, declined: str, desk: str
) -> None:
    letter = written(
        "confirmation",
        language,
        CONFIRMED,
        replace(DESK, name=desk),
        client_name=name,
        ask_for_details=True,
        screenshots=[shot],
        declined=[{"name": declined, "reason": "format"}],
    )
    head = Languages().text(language, "letter.head", url=f"{URL}#head")
    assert letter.text == tied(CONFIRMATIONS[language]) + f"\n{head}\n"


@pytest.mark.parametrize(
    ("language", "subjects"),
    [
        ("ru", ("Обращение принято", "Оцените, пожалуйста, нашу работу", "Новый срок ответа")),
        ("uk", ("Звернення прийнято", "Оцініть, будь ласка, нашу роботу", "Новий строк відповіді")),
        ("en", ("We have received your request", "How did we do?", "New answer time")),
        ("fi", ("Pyyntösi on vastaanotettu", "Miten onnistuimme?", "Uusi vastausaika")),
    ],
)
def test_subjects_are_the_models_after_the_number(language: str, subjects: tuple[str, str, str]) -> None:
    kinds = ("confirmation", "invitation", "level-change")
    assert tuple(written(kind, language, FACTS[kind]).subject for kind in kinds) == tuple(
        f"[#AS-000042] {subject}" for subject in subjects
    )


INVITATIONS = {
    "ru": """\
Обращение AS-000042 закрыто. Как мы справились?

★★★★★ отлично · ★★★★ хорошо · ★★★ нормально · ★★ плохо · ★ очень плохо

Оценка сохранится, когда Вы подтвердите её на открывшейся странице. Можно и проще: ответьте на это письмо \
одной цифрой от~1 до~5. Приглашение действует до 7~декабря 2026~г.

Если вопрос не решён, напишите об этом в ответ, и мы вернём обращение в работу.""",
    "uk": """\
Звернення AS-000042 закрито. Як ми впоралися?

★★★★★ чудово · ★★★★ добре · ★★★ задовільно · ★★ погано · ★ дуже погано

Оцінка збережеться, коли Ви підтвердите її на сторінці, що відкриється. Можна й простіше: надішліть у \
відповідь одну цифру від~1 до~5. Запрошення діє до 7~грудня 2026~р.

Якщо питання не вирішено, напишіть про це у відповідь, і ми повернемо звернення в роботу.""",
    "en": """\
Request AS-000042 is closed. How did we do?

★★★★★ excellent · ★★★★ good · ★★★ fair · ★★ poor · ★ very poor

Your rating is saved once you confirm it on the page that opens. Or simply reply with a number from 1 to~5. \
The invitation is open until 7~December 2026.

If the matter is not settled, say so in a reply and we will reopen the request.""",
    "fi": """\
Pyyntö AS-000042 on suljettu. Miten onnistuimme?

★★★★★ erinomaisesti · ★★★★ hyvin · ★★★ kohtalaisesti · ★★ huonosti · ★ erittäin huonosti

Arvio tallentuu, kun vahvistat sen avautuvalla sivulla. Voit myös vastata tähän viestiin pelkällä numerolla \
1–5. Kysely on auki 7.12.2026 asti.

Jos asia jäi kesken, kerro siitä vastauksessasi, niin avaamme pyynnön uudelleen.""",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_invitation_reads_as_the_model_with_a_link_for_each_star(language: str) -> None:
    *said, _signature = paragraphs(written("invitation", language, INVITED))
    model = tied(INVITATIONS[language]).split("\n\n")
    stars = [
        f"{words}: https://desk.example.org/rate/{5 - place}"
        for place, words in enumerate(model[1].split(" · "))
    ]
    assert said == [model[0], "\n".join(stars), *model[2:]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_invitation_s_stars_can_be_tapped_and_are_said_in_words(language: str) -> None:
    shown = Shown(written("invitation", language, INVITED).html)
    assert shown.links == [f"https://desk.example.org/rate/{n}" for n in (5, 4, 3, 2, 1)]
    for n in range(1, 6):
        assert TEXTS.text(language, f"stars.{n}") in shown.text


LEVEL_CHANGES = {
    "ru": "Ошибка подтвердилась и признана критической, поэтому мы перевели обращение AS-000042 на уровень "
    "«Коммерческие клиенты: оперативная поддержка». Специалист ответит в течение 6~рабочих часов с момента "
    "получения обращения: до 23~ноября 2026~г., 11:30 (МСК), а не до 13:30.",
    "uk": "Помилку підтверджено й визнано критичною, тому ми перевели звернення AS-000042 на рівень "
    "«Комерційні клієнти: оперативна підтримка». Фахівець відповість протягом 6~робочих годин від отримання "
    "звернення: до 23~листопада 2026~р., 11:30 (за московським часом), а не до 13:30.",
    "en": "We have confirmed the error as critical and moved request AS-000042 to the level “Commercial "
    "clients: urgent support”. A colleague will answer within 6~working hours of receiving it: by "
    "23~November 2026, 11:30 (Moscow time) instead of 13:30.",
    "fi": "Virhe on vahvistettu kriittiseksi, joten siirsimme pyynnön AS-000042 palvelutasolle "
    "”Sopimusasiakkaat – kiireellinen tuki”. Asiantuntija vastaa 6~työtunnin kuluessa pyynnön saapumisesta: "
    "viimeistään 23.11.2026 klo~11.30 (Moskovan aikaa) eikä vasta klo~13.30.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_critical_error_s_new_level_reads_as_the_model(language: str) -> None:
    assert paragraphs(written("level-change", language, MOVED))[0] == tied(LEVEL_CHANGES[language])


def test_another_new_level_gives_the_agent_s_reason_and_the_former_deadline() -> None:
    letter = written(
        "level-change",
        "ru",
        MOVED,
        level="development",
        promise="24 working days",
        due_at="2026-12-25T08:30:00+00:00",
        reason="нужна доработка\r\nBcc: a@b.c",
    )
    assert paragraphs(letter)[:2] == [
        tied(
            "Мы перевели обращение AS-000042 на уровень «Разработка». Специалист ответит в течение "
            "24~рабочих дней с момента получения обращения: до 25~декабря 2026~г., 11:30 (МСК). Прежний "
            "срок~— 23~ноября 2026~г., 13:30."
        ),
        "Причина: нужна доработка Bcc: a@b.c.",
    ]


def test_whoever_was_answered_already_is_told_the_level_and_no_deadline() -> None:
    letter = written("level-change", "en", MOVED, reacted=True, reason="It is a bug!")
    assert letter.subject == "[#AS-000042] New service level"
    assert paragraphs(letter)[:2] == [
        "We have moved request AS-000042 to the level “Commercial clients: urgent support”.",
        "The reason: It is a bug!",
    ]


@pytest.mark.parametrize("old", [None, MOVED["due_at"]])
def test_a_deadline_that_did_not_move_has_no_former_one(old: str | None) -> None:
    said = paragraphs(written("level-change", "ru", MOVED, old_due_at=old))[0]
    assert said.endswith(tied("получения обращения: до 23~ноября 2026~г., 11:30 (МСК)."))


def test_a_level_without_a_title_in_the_client_s_language_has_the_desk_s() -> None:
    assert (
        "Service level: “Разработка”." in written("confirmation", "en", CONFIRMED, level="development").text
    )
    assert "Service level: “gone”." in written("confirmation", "en", CONFIRMED, level="gone").text


def test_an_unknown_language_is_the_desk_s() -> None:
    assert written("confirmation", None, CONFIRMED) == written("confirmation", "ru", CONFIRMED)
    assert written("confirmation", "sv", CONFIRMED) == written("confirmation", "ru", CONFIRMED)


def test_a_confirmation_says_no_more_than_there_is_to_say() -> None:
    said = paragraphs(written("confirmation", "en", CONFIRMED))
    assert [paragraph.partition("\n")[0] for paragraph in said] == [
        "Hello,",
        "We have received your request. Its number is AS-000042.",
        f"To add anything, just reply to this message. See where your request stands: {URL}",
        "АгроСофт support",
        f"If it is urgent or something is going wrong, turn to the head of support: {URL}#head",
    ]


def test_a_follow_up_names_the_ticket_that_it_follows() -> None:
    said = paragraphs(written("confirmation", "en", CONFIRMED, follow_up_of="AS-000017"))
    assert said[2].startswith("Request AS-000017 was closed some time ago")


def test_a_calendar_that_is_gone_leaves_the_hours_out() -> None:
    assert paragraphs(written("confirmation", "ru", CONFIRMED, calendar="gone"))[-2] == (
        "Служба поддержки АгроСофт"
    )


REASONS = [
    (
        "format",
        "otamme vastaan JPG-, GIF- ja PNG-kuvia",
        "мы принимаем снимки экрана в форматах JPG, GIF и~PNG.",
    ),
    ("damaged", "Lähettäisitkö", "Пришлите, пожалуйста, эт"),
    (
        "too-large",
        "yli|suur\\w+ kuin 10~Mt. Lataa .* tiedostonjakopalveluun",
        "больше 10~МБ. .*файлообменник",
    ),
    ("too-many-pixels", "kuvapistettä", "слишком много точек"),
    ("too-many", "seuraavassa viestissä", "следующим письмом"),
    ("unheard-of", "ei tallennettu\\.", "не сохран(?:ён|ены)\\."),
]


@pytest.mark.parametrize(("reason", "fi", "ru"), REASONS)
@pytest.mark.parametrize("names", [["a.pdf"], ["a.pdf", "b.pdf"]])
def test_each_declined_file_is_named_with_the_reason(reason: str, fi: str, ru: str, names: list[str]) -> None:
    declined = [{"name": name, "reason": reason} for name in names]
    for language, expected in (("fi", fi), ("ru", ru)):
        said = paragraphs(written("confirmation", language, CONFIRMED, declined=declined))[2]
        assert re.search(tied(expected), said), said
        assert all(name in said for name in names)


def test_files_are_told_in_one_paragraph_and_each_request_in_one_of_its_own() -> None:
    said = paragraphs(
        written(
            "confirmation",
            "ru",
            CONFIRMED,
            screenshots=["1.png", "2.gif"],
            shares=["https://share.example/1", "https://share.example/2"],
            declined=[
                {"name": "film.mp4", "reason": "too-large"},
                {"name": "a.pdf", "reason": "format"},
                {"name": "b.png", "reason": "damaged"},
            ],
        )
    )
    assert said[2:5] == [
        tied(
            "Снимки 1.png и~2.gif приложены к обращению. Мы сохранили ссылки на файлы, которые Вы прислали. "
            "Файл «a.pdf» не сохранён: мы принимаем снимки экрана в форматах JPG, GIF и~PNG."
        ),
        "Файл «b.png» не сохранён: он повреждён и не открывается. Пришлите, пожалуйста, этот снимок ещё раз.",
        tied(
            "Файл «film.mp4» не сохранён: он больше 10~МБ. Загрузите его, пожалуйста, на файлообменник и "
            "пришлите нам ссылку."
        ),
    ]


INSTEAD = [
    (
        ["heic"],
        "«Настройки» → «Камера» → «Форматы» → «Наиболее совместимый»",
        "«Параметри» → «Камера» → «Формати» → «Найсумісніші»",
        "Settings → Camera → Formats → Most Compatible",
        "Asetukset → Kamera → Muodot → Yhteensopivin",
    ),
    (["webp", "avif", "bmp", "tiff", "svg", "picture"], "как PNG", "як PNG", "as PNG or JPG", "PNG- tai JPG"),
    (["pdf", "document"], "снимок экрана", "знімок екрана", "screenshot of that page", "kuvakaappaus"),
    (["video"], "файлообменник", "файлообмінник", "file share", "tiedostonjakopalveluun"),
    (["archive"], "не распаковываем", "не розпаковуємо", "unpack", "pura"),
]


@pytest.mark.parametrize(("hints", "ru", "uk", "en", "fi"), INSTEAD)
def test_a_declined_file_s_kind_brings_one_sentence_that_helps(
    hints: list[str], ru: str, uk: str, en: str, fi: str
) -> None:
    declined = [
        {"name": f"{number}.x", "reason": "format", "hint": hint} for number, hint in enumerate(hints * 2)
    ]
    for language, helps in (("ru", ru), ("uk", uk), ("en", en), ("fi", fi)):
        said = paragraphs(written("confirmation", language, CONFIRMED, declined=declined))
        assert helps in said[3] and helps not in "".join(said[:3] + said[4:]), language
        assert len(said) == len(paragraphs(written("confirmation", language, CONFIRMED, declined=[]))) + 2


@pytest.mark.parametrize(
    "file",
    [
        {"name": "a", "reason": "format", "hint": "other"},
        {"name": "a", "reason": "format", "hint": "<b>unheard of</b>"},
        {"name": "a", "reason": "format"},
        {"name": "a", "reason": "damaged", "hint": "heic"},
    ],
)
def test_what_has_no_better_form_brings_no_such_sentence(file: dict[str, str]) -> None:
    said = paragraphs(written("confirmation", "en", CONFIRMED, declined=[file]))
    plain = paragraphs(written("confirmation", "en", CONFIRMED, declined=[]))
    assert len(said) == len(plain) + 1


def test_nothing_of_an_attacker_is_echoed_but_defanged_names() -> None:
    letter = written(
        "confirmation",
        "ru",
        CONFIRMED,
        subject="Win at https://evil.example",
        text="https://evil.example",
        client_name="https://evil.example",
        shares=["https://evil.example/x"],
        screenshots=["https://evil.example/www.evil.example.png"],
        declined=[{"name": "evil.example", "reason": "format"}],
    )
    for part in (letter.subject, letter.text, letter.html):
        assert "evil.example" not in part
        assert set(re.findall(r"https?://[^\s\"<]+", part)) <= {URL, f"{URL}#head"}
    assert "www[.]evil[.]example.png" in letter.text


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/ticket/abc",
        "https://desk.example.org.evil.example/ticket/abc",
        "https://desk.example.org@evil.example/",
        "https://desk.example.org/ticket/a\r\nb",
        "javascript:alert(1)",
        "",
    ],
)
def test_a_link_that_is_not_to_our_pages_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="our own pages"):
        written("confirmation", "ru", CONFIRMED, ticket_url=url)
    with pytest.raises(ValueError, match="our own pages"):
        written("invitation", "ru", INVITED, rate_urls={**INVITED["rate_urls"], "3": url})


def test_a_path_gets_the_configured_base() -> None:
    assert written("reopened", "ru", CLOSED, ticket_url="/ticket/abc") == written("reopened", "ru", CLOSED)


def test_an_answer_stands_as_the_agent_wrote_it() -> None:
    text = "Добрый день!\r\n\r\nСделайте так:\n    if a < b & c:\n\n\nhttps://kb.example/42?a=1&b=2."
    letter = written("answer", "ru", ANSWERED, text=text, agent_name="Анна")
    assert letter.text == (
        "Добрый день!\n\nСделайте так:\n    if a < b & c:\n\n\nhttps://kb.example/42?a=1&b=2.\n\n"
        "Анна\nСлужба поддержки АгроСофт\n\n"
        "Обращение AS-000042. Чтобы продолжить разговор, ответьте на это письмо. "
        f"Состояние обращения: {URL}\n"
    )
    shown = Shown(letter.html)
    assert shown.links == ["https://kb.example/42?a=1&b=2", URL]
    assert tied("~~~~if a < b & c:") in shown.text


def test_an_answer_without_a_name_is_the_desk_s() -> None:
    assert paragraphs(written("answer", "fi", ANSWERED))[1] == "AgroSoftin tuki"


def test_a_reopened_ticket_s_client_is_told_by_when_if_there_is_a_deadline() -> None:
    assert paragraphs(written("reopened", "en", CLOSED))[0] == "We have reopened request AS-000042."
    due = written("reopened", "en", CLOSED, due_at="2026-11-23T10:30:00Z")
    assert paragraphs(due)[0] == tied(
        "We have reopened request AS-000042. "
        "A colleague will answer by 23~November 2026, 13:30 (Moscow time)."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_client_who_is_not_asked_for_a_rating_still_hears_that_the_request_is_closed(language: str) -> None:
    letter = written("closed-without-invitation", language, CLOSED)
    assert paragraphs(letter)[:2] == [
        TEXTS.text(language, "closed.text", number="AS-000042"),
        TEXTS.text(language, "invitation.unsettled"),
    ]
    assert "★" not in letter.html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_html_and_text_say_the_same(kind: str, language: str) -> None:
    letter = written(kind, language, FACTS[kind])
    shown = Shown(letter.html)
    words = [word for word in letter.text.split() if "https://" not in word]
    kept = {word.rstrip(":") for word in shown.text.split()}
    assert [word for word in words if word.rstrip(":") not in kept] == []
    assert shown.language == language


@pytest.mark.parametrize("kind", KINDS)
def test_html_is_small_loads_nothing_and_never_breaks_a_number(kind: str) -> None:
    html = written(kind, "ru", FACTS[kind]).html
    shown = Shown(html)
    assert not shown.tags & {"img", "script", "link", "iframe", "form", "object", "style"}
    assert "url(" not in html
    assert len(html) < 20_000
    body = html.partition("<body")[2]
    numbers = body.count("AS-000042")
    assert numbers == body.count('<span style="white-space:nowrap">AS-000042</span>')
    assert (numbers == 0) == (kind in ("blocked", "alarm", "link-code", "hello"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_blocked_is_told_politely_without_a_number_a_link_or_the_reason(language: str) -> None:
    letter = written("blocked", language, {"number": "", "why": "abusive"})
    assert letter.subject == TEXTS.text(language, "blocked.subject")
    assert paragraphs(letter)[1:3] == [
        TEXTS.text(language, "blocked.text"),
        TEXTS.text(language, "blocked.mistaken"),
    ]
    assert "http" not in letter.text
    assert "abusive" not in letter.text + letter.html


def test_a_short_number_is_kept_whole_without_touching_anything_else() -> None:
    letter = written("answer", "en", ANSWERED, number="39", text="Row 39 of 1390, it's 5 < 39.")
    assert "Row <span" in letter.html
    assert Shown(letter.html).text.count("Row 39 of 1390, it's 5 < 39.") == 1


HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "{0} %s {number}",
    '"><img src=x onerror=alert(1)>',
    "{% raw %}",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_marks_of_templates_and_html_stay_what_they_are(hostile: str) -> None:
    desk = replace(DESK, name=hostile)
    confirmation = written(
        "confirmation",
        "ru",
        CONFIRMED,
        desk,
        client_name=hostile,
        screenshots=[hostile],
        declined=[{"name": hostile, "reason": hostile}],
    )
    answer = written("answer", "ru", ANSWERED, desk, text=hostile, agent_name=hostile)
    moved = written("level-change", "ru", MOVED, desk, reason=hostile)
    for letter in (confirmation, answer, moved):
        shown = Shown(letter.html)
        assert "script" not in shown.tags
        assert "49" not in letter.text + shown.text
        assert hostile in letter.text
        assert hostile in shown.text


@given(st.text(min_size=1), st.text(min_size=1))
def test_whatever_is_in_a_name_the_letter_has_its_shape(name: str, agent: str) -> None:
    letter = written("confirmation", "ru", CONFIRMED, client_name=name, screenshots=[name])
    assert len(paragraphs(letter)) == 6
    letter.html.encode("utf-8")
    assert len(letter.subject.splitlines()) == 1
    answer = written("answer", "ru", ANSWERED, text=agent, agent_name=agent)
    assert "\r" not in answer.text
    answer.text.encode("utf-8")


ALARMS = {
    "ru": """\
С 23~ноября 2026~г., 13:30 (МСК) не удаётся забрать почту из ящика support.

Причина: signing in: [AUTHENTICATIONFAILED] Authentication failed.

Письма клиентов остаются на почтовом сервере, и мы заберём их, как только связь восстановится. \
Что именно не так, покажет команда «otklik check».

Служба поддержки АгроСофт
""",
    "fi": """\
Postilaatikon support postia ei saada haettua. Katko alkoi 23.11.2026 klo~13.30 (Moskovan aikaa).

Syy: signing in: [AUTHENTICATIONFAILED] Authentication failed.

Asiakkaiden viestit pysyvät postipalvelimella, ja haemme ne heti, kun yhteys palaa. \
Komento ”otklik check” näyttää, mikä on vialla.

AgroSoftin tuki
""",
}


@pytest.mark.parametrize("language", ALARMS)
def test_agents_are_told_which_mailbox_stopped_since_when_and_why(language: str) -> None:
    letter = written("alarm", language, ALARM)
    assert letter.text == tied(ALARMS[language])
    assert "support" in letter.subject and "#" not in letter.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_agents_are_told_when_a_mailbox_comes_in_again(language: str) -> None:
    letter = written("alarm", language, ALARM, what="resumed")
    assert "support" in letter.subject and "AUTHENTICATIONFAILED" not in letter.text
    assert letter.subject != written("alarm", language, ALARM).subject


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_with_a_fact_missing_is_not_sent_half(kind: str) -> None:
    with pytest.raises(KeyError):
        compose(kind, "ru", {}, DESK, TEXTS)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError, match="greeting"):
        compose("greeting", "ru", CLOSED, DESK, TEXTS)


@pytest.mark.parametrize(
    ("language", "moved", "first"),
    [
        (
            "ru",
            "Срок улучшения, о котором Вы просили в обращении AS-000042, изменился. Раньше мы называли"
            " 8~декабря 2026~г. Теперь оно будет готово не позднее 15~декабря 2026~г.",
            "Оно будет готово не позднее 15~декабря 2026~г.",
        ),
        (
            "uk",
            "Раніше ми називали 8~грудня 2026~р. Тепер воно буде готове не пізніше 15~грудня 2026~р.",
            "Воно буде готове не пізніше 15~грудня 2026~р.",
        ),
        (
            "en",
            "We had said 8~December 2026; it will now be ready by 15~December 2026.",
            "It will be ready by 15~December 2026.",
        ),
        (
            "fi",
            "Aiempi päivä oli 8.12.2026, nyt parannus on valmis viimeistään 15.12.2026.",
            "Se on valmis viimeistään 15.12.2026.",
        ),
    ],
)
def test_the_date_of_an_improvement_is_told_as_a_day_and_which_it_was_before(
    language: str, moved: str, first: str
) -> None:
    assert tied(moved) in written("planned", language, FACTS["planned"]).text
    once = {**FACTS["planned"], "old_due_at": None}
    assert tied(first) in written("planned", language, once).text


def test_the_midnight_that_ends_a_day_off_is_told_as_that_day() -> None:
    sunday = CLOSED | {"due_at": "2026-12-20T21:00:00+00:00"}
    assert "by 20\u00a0December 2026." in written("planned", "en", sunday).text
