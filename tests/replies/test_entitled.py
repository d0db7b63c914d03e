"""What a client reads of his entitlement: word by word the style sheets' models, in mail and chat."""

from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.entitlement import Offering
from desk.products import Product
from desk.service_level import Promise, ServiceLevel
from desk.working_time import Calendar
from replies.compose import Desk, compose, compose_for_chat
from replies.languages import LANGUAGES, Languages
from tests.replies.test_compose import Shown

TEXTS = Languages()
MOSCOW = ZoneInfo("Europe/Moscow")
DAY = ((time(5), time(14)),)
TITLES = {
    "ru": "Консультирование по общим вопросам",
    "uk": "Консультування із загальних питань",
    "en": "General consulting",
    "fi": "Yleinen neuvonta",
}
UCHET = Product("uchet", "АгроУчёт", (), ("3.2",), "https://agro.example/update")
DESK = Desk(
    name="АгроСофт",
    address="support@example.org",
    default_language="ru",
    public_url="https://desk.example.org",
    timezone=MOSCOW,
    calendars={"main": Calendar("main", MOSCOW, (DAY, DAY, DAY, DAY, DAY, (), ()))},
    levels={"general": ServiceLevel("general", TITLES, Promise(Decimal(40), "hours"), "main")},
    offering=Offering(MOSCOW, products=(UCHET,), agents={"Анна": "main"}),
    renew_url="https://agro.example/renew",
    plans_url="https://agro.example/plans",
)
CONFIRMED: dict[str, Any] = {
    "number": "AS-000042",
    "level": "general",
    "promise": "40 working hours",
    "due_at": "2026-11-27T06:30:00+00:00",
    "calendar": "main",
    "ticket_url": "https://desk.example.org/ticket/abc",
}
EXPIRED = {"why": "expired", "day": "2026-10-31", "plan": ""}
NOT_COVERED = {"why": "not covered", "day": None, "plan": "free"}

EXPIRED_MODELS = {
    "ru": "Срок действия Вашего сертификата на поддержку закончился 31 октября 2026 г. Поэтому обращение "
    "принято на "
    "уровне «Консультирование по общим вопросам»: специалист ответит в течение 40 рабочих часов, до 27 "
    "ноября "
    "2026 г., 09:30 (МСК). Продлить сертификат: https://agro.example/renew Как только продлите, напишите "
    "нам здесь "
    "же, и мы пересмотрим уровень.",
    "uk": "Строк дії Вашого сертифіката на підтримку закінчився 31 жовтня 2026 р. Тому звернення прийнято "
    "на рівні "
    "«Консультування із загальних питань»: фахівець відповість протягом 40 робочих годин, до 27 листопада "
    "2026 р., "
    "09:30 (за московським часом). Продовжити сертифікат: https://agro.example/renew Щойно продовжите, "
    "напишіть "
    "нам у відповідь, і ми переглянемо рівень.",
    "en": "Your support certificate expired on 31 October 2026, so we have taken your request in at the "
    "level "
    "“General consulting”: a colleague will answer within 40 working hours, by 27 November 2026, 09:30 "
    "(Moscow "
    "time). You can renew the certificate here: https://agro.example/renew Once you have, tell us in a "
    "reply and we "
    "will review the level.",
    "fi": "Tukisopimuksesi päättyi 31.10.2026. Siksi pyyntö on kirjattu palvelutasolle ”Yleinen neuvonta”: "
    "asiantuntija vastaa 40 työtunnin kuluessa, viimeistään 27.11.2026 klo 9.30 (Moskovan aikaa). Voit "
    "jatkaa "
    "sopimusta täällä: https://agro.example/renew Kerro meille, kun se on jatkettu, niin tarkistamme "
    "palvelutason.",
}


def told(language: str, desk: Desk = DESK, kind: str = "confirmation", **more: Any) -> list[str]:
    """The paragraphs of a letter, with plain spaces."""
    text = compose(kind, language, {**CONFIRMED, **more}, desk, TEXTS).text
    return text.replace("\u00a0", " ").rstrip("\n").split("\n\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_expired_certificate_reads_as_the_model_and_takes_the_promise_with_it(language: str) -> None:
    paragraphs = told(language, entitlement=EXPIRED)
    assert paragraphs[2] == EXPIRED_MODELS[language]
    assert "\n" not in paragraphs[1] and "AS-000042" in paragraphs[1]
    assert sum("09:30" in one or "9.30" in one for one in paragraphs) == 1, "promised once"


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_a_chat_it_says_the_same(language: str) -> None:
    said = compose_for_chat("confirmation", language, {**CONFIRMED, "entitlement": EXPIRED}, DESK, TEXTS)
    assert EXPIRED_MODELS[language] in said.replace("\u00a0", " ")


def test_in_html_the_link_is_the_verb_and_the_paragraph_goes_on_behind_it() -> None:
    letter = compose("confirmation", "ru", {**CONFIRMED, "entitlement": EXPIRED}, DESK, TEXTS)
    shown = Shown(letter.html)
    assert "https://agro.example/renew" in shown.links
    assert "Продлить сертификат. Как только продлите, напишите нам" in shown.text


@pytest.mark.parametrize(
    ("language", "ending"),
    [
        ("ru", "09:30 (МСК). Когда продлите сертификат, напишите нам здесь же, и мы пересмотрим уровень."),
        (
            "en",
            "09:30 (Moscow time). Once you have renewed it, tell us in a reply and we will review the level.",
        ),
    ],
)
def test_without_an_address_for_renewing_the_sentence_stands_alone(language: str, ending: str) -> None:
    assert told(language, replace(DESK, renew_url=""), entitlement=EXPIRED)[2].endswith(ending)


def test_a_certificate_that_has_not_begun_says_from_when_on_it_counts() -> None:
    begins = {"why": "not begun", "day": "2026-12-01", "plan": ""}
    assert told("ru", entitlement=begins)[2] == (
        "Ваш сертификат на поддержку начинает действовать 1 декабря 2026 г. До этого дня мы принимаем "
        "обращения на "
        "уровне «Консультирование по общим вопросам»: специалист ответит в течение 40 рабочих часов, до 27 "
        "ноября "
        "2026 г., 09:30 (МСК)."
    )


def test_what_the_plan_covers_is_said_and_how_to_get_more() -> None:
    assert told("en", entitlement=NOT_COVERED)[2] == (
        "Your plan “Free” covers: error fixes. This request is outside it, so we have taken it in at the "
        "level "
        "“General consulting”: a colleague will answer within 40 working hours, by 27 November 2026, 09:30 "
        "(Moscow "
        "time). You can extend your plan here: https://agro.example/plans"
    )


def test_a_plan_that_has_left_the_configuration_does_not_hold_the_letter_up() -> None:
    assert "«platinum» входит: –." in told("ru", entitlement={**NOT_COVERED, "plan": "platinum"})[2]


def test_an_outdated_version_is_advised_to_update() -> None:
    assert told("ru", outdated={"product": "uchet", "version": "3.1"})[2] == (
        "В обращении названа версия 3.1 программы «АгроУчёт»: она устарела и больше не поддерживается. "
        "Советуем "
        "обновить программу: возможно, этого будет достаточно. Как обновить: https://agro.example/update"
    )


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ru", "Ваше обращение ведёт Анна, по рабочим дням 05:00–14:00 (МСК)."),
        ("uk", "Ваше звернення веде Анна, у робочі дні 05:00–14:00 (за московським часом)."),
        ("en", "Анна is looking after your request, on working days 05:00–14:00 (Moscow time)."),
        ("fi", "Pyyntöäsi hoitaa Анна, arkisin klo 5–14 (Moskovan aikaa)."),
    ],
)
def test_the_curator_is_named_with_his_hours(language: str, sentence: str) -> None:
    assert sentence in told(language, curator="Анна")


def test_a_curator_without_hours_is_named_alone() -> None:
    assert "Ваше обращение ведёт Пётр." in told("ru", curator="Пётр")


@pytest.mark.parametrize(
    ("entitled", "sentence"),
    [
        (
            {"why": "valid", "day": None, "plan": "paid"},
            "Мы пересмотрели уровень, потому что Ваш сертификат на поддержку действует.",
        ),
        (
            EXPIRED,
            "Мы пересмотрели уровень, потому что срок действия Вашего сертификата на поддержку закончился "
            "31 октября "
            "2026 г. Продлить сертификат: https://agro.example/renew Как только продлите, напишите нам "
            "здесь же, и "
            "мы пересмотрим уровень.",
        ),
        (
            {"why": "no contract", "day": None, "plan": ""},
            "Мы пересмотрели уровень, потому что действующего сертификата на поддержку у Вашей организации "
            "нет.",
        ),
        (
            NOT_COVERED,
            "В Ваш план «Бесплатный» входит: исправление ошибок. Это обращение в план не входит, поэтому мы "
            "пересмотрели уровень. Расширить план: https://agro.example/plans",
        ),
    ],
)
def test_a_level_that_the_rules_give_anew_says_why(entitled: dict[str, Any], sentence: str) -> None:
    assert told("ru", kind="level-change", entitlement=entitled)[1] == sentence


def test_the_rules_never_claim_that_an_agent_has_confirmed_a_critical_error() -> None:
    by_rules = {"why": "no company", "day": None, "plan": ""}
    first = told("ru", kind="level-change", level="urgent", entitlement=by_rules)[0]
    assert first.startswith("Мы перевели обращение AS-000042 на уровень «urgent».")
