"""What is new in a reply: programs and languages, answers in between, and never nothing."""

import pytest

from intake.reply import new_text
from tests.intake.understood import text_mail

NEW = "Спасибо, но ошибка осталась.\nНомер документа 42."

# What programs put between the answer and the quoted mail.
INTRODUCTIONS = {
    "Gmail ru": "пн, 23 нояб. 2026 г. в 05:31, Support <support@desk.example>:",
    "Gmail ru, before 2020": "23 ноября 2026 г., 5:31 пользователь Support <support@desk.example> написал:",
    "Gmail ru on Android": '23.11.2026 5:31 пользователь "Support" <\nsupport@desk.example> написал:',
    "Apple Mail ru": "23 нояб. 2026 г., в 05:31, Support <support@desk.example> написал(а):",
    "Thunderbird ru": "23.11.2026 05:31, Support пишет:",
    "Yandex": '23.11.2026, 05:31, "Support" <support@desk.example>:',
    "Mail.ru": "Понедельник, 23 ноября 2026, 5:31 +03:00 от Support <support@desk.example>:",
    "The Bat!": "Вы писали 23 ноября 2026 г., 5:31:26:",
    "Gmail uk": "пн, 23 лист. 2026 р. о 05:31 Support <support@desk.example> пише:",
    "Gmail uk, older": "23 листопада 2026 р. 05:31 користувач Support <support@desk.example> написав:",
    "Apple Mail uk": "23 лист. 2026 р. о 05:31 Support <support@desk.example> написав(ла):",
    "Thunderbird uk": "23.11.26 05:31, Support пише:",
    "ukr.net": '23 листопада 2026, 05:31:26, від "Support" <support@desk.example>:',
    "Gmail en": "On Mon, Nov 23, 2026 at 5:31 AM Support <support@desk.example> wrote:",
    "Gmail en, wrapped": "On Mon, Nov 23, 2026 at 5:31 AM Support of Ours\n<support@desk.example> wrote:",
    "Apple Mail en": "On 23 Nov 2026, at 05:31, Support <support@desk.example> wrote:",
    "Thunderbird en": "On 11/23/26 05:31, Support wrote:",
    "webmail": "At 11/23/2026 05:31 AM, you wrote:",
    "old Gmail, no verb": "2026/11/23 Support <support@desk.example>",
    "Gmail fi": "ma 23. marrask. 2026 klo 5.31 Support (support@desk.example) kirjoitti:",
    "Apple Mail fi": "Support <support@desk.example> kirjoitti 23.11.2026 kello 5.31:",
    "Thunderbird fi": "Support kirjoitti 23.11.2026 klo 5.31:",
    "Gmail de": "Am Mo., 23. Nov. 2026 um 05:31 Uhr schrieb Support <support@desk.example>:",
    "Gmail fr": "Le lun. 23 nov. 2026 à 05:31, Support <support@desk.example> a écrit :",
    "Gmail es": "El lun, 23 nov 2026 a las 5:31, Support (<support@desk.example>) escribió:",
    "Gmail pl": "pon., 23 lis 2026 o 05:31 Support <support@desk.example> napisał(a):",
    "Gmail sv": "Den mån 23 nov. 2026 kl 05:31 skrev Support <support@desk.example>:",
}

SUPPORT = "Support <support@desk.example>"

# Blocks after which the old mail stands without a mark; " | " is a line break.
HISTORIES = {
    program: block.replace(" | ", "\n")
    for program, block in {
        "Outlook ru": f"От: {SUPPORT} | Отправлено: 23 ноября 2026 г. 5:31 | Кому: Olga | Тема: Ошибка",
        "Outlook ru with a rule": f"________________________________ | От: {SUPPORT}"
        " | Отправлено: понедельник, 23 ноября 2026 г. 5:31:26 | Кому: Olga | Тема: Ошибка",
        "Outlook ru, original": "-----Исходное сообщение----- | From: Support"
        " | Sent: Monday, November 23, 2026 5:31 AM",
        "Outlook uk": f"Від: {SUPPORT} | Надіслано: 23 листопада 2026 р. 5:31 | Кому: Olga | Тема: Помилка",
        "Outlook en": f"From: {SUPPORT} | Sent: Monday, November 23, 2026 5:31 AM | To: Olga | Subject: E",
        "Outlook en, bold": "*From:* Support [mailto:support@desk.example]"
        " | *Sent:* Monday, November 23, 2026 | *To:* Olga | *Subject:* Error",
        "Outlook Express": "----- Original Message ----- | From: Support"
        " | To: Olga | Sent: Monday, November 23, 2026 5:31 AM",
        "Outlook fi": f"Lähettäjä: {SUPPORT}"
        " | Lähetetty: maanantai 23. marraskuuta 2026 5.31 | Vastaanottaja: Olga | Aihe: Virhe",
        "Outlook fi, original": "-----Alkuperäinen viesti----- | Lähettäjä: Support | Lähetetty: 23.11.2026",
        "Mail.ru app": f"-------- Исходное сообщение -------- | От: {SUPPORT} | Дата: 23.11.2026 5:31",
        "Samsung": "-------- Исходное сообщение -------- | От кого: support@desk.example | Кому: Olga",
        "Outlook de": f"Von: {SUPPORT} | Gesendet: Montag, 23. November 2026 05:31 | An: Olga | Betreff: F",
        "Outlook fr": f"De : {SUPPORT} | Envoyé : lundi 23 novembre 2026 05:31 | À : Olga | Objet : E",
        "Outlook for iOS": 'On Mon, Nov 23, 2026 at 5:31 AM +0300, "Support" <support@desk.example> wrote:',
    }.items()
}


@pytest.mark.parametrize("program", INTRODUCTIONS)
def test_a_marked_quotation_and_its_introduction_go(program: str) -> None:
    text = f"{NEW}\n\n{INTRODUCTIONS[program]}\n\n> Мы приняли Ваше обращение.\n>\n> Служба поддержки\n"
    assert new_text(text) == NEW


@pytest.mark.parametrize("program", INTRODUCTIONS)
def test_an_answer_below_the_quotation_is_what_stays(program: str) -> None:
    text = f"{INTRODUCTIONS[program]}\n> Мы приняли Ваше обращение.\n\n{NEW}\n"
    assert new_text(text) == NEW


@pytest.mark.parametrize("program", HISTORIES)
def test_an_unmarked_old_mail_goes(program: str) -> None:
    text = f"{NEW}\n\n{HISTORIES[program]}\n\nМы приняли Ваше обращение.\n\nСлужба поддержки\n"
    assert new_text(text) == NEW


@pytest.mark.parametrize("program", HISTORIES)
def test_if_nothing_but_old_mail_is_there_it_stays(program: str) -> None:
    text = f"{HISTORIES[program]}\n\nМы приняли Ваше обращение."
    assert new_text(text) == text


def test_the_bats_quotation_by_initials_goes() -> None:
    text = f"{NEW}\n\nВы писали 23 ноября 2026 г., 5:31:26:\n\nSD> Мы приняли Ваше обращение.\nSD> Ждите.\n"
    assert new_text(text) == NEW


def test_initials_without_an_introduction_are_the_output_of_a_program() -> None:
    text = "It says:\n\nSQL> select 1;\nSQL> exit"
    assert new_text(text) == text


INLINE = """Добрый день!

пн, 23 нояб. 2026 г. в 05:31, Support <support@desk.example>:

> Какая у Вас версия?

3.2.14

> Что Вы делали перед ошибкой?

Проводила документ.

> Служба поддержки
> АгроСофт
"""


def test_answers_between_quoted_questions_stay_with_the_questions() -> None:
    kept = new_text(INLINE)
    assert kept.startswith("Добрый день!")
    assert "> Какая у Вас версия?\n\n3.2.14" in kept
    assert kept.endswith("Проводила документ.")


@pytest.mark.parametrize(
    "remark",
    ["Ответы ниже в тексте.", "My answers are below in red.", "Відповіді нижче.", "Vastaukset alla."],
)
def test_who_says_that_his_answers_stand_below_is_believed(remark: str) -> None:
    text = f"{remark}\n\n{HISTORIES['Outlook en']}\n\nWhat version is it?\n3.2.14\n"
    assert "3.2.14" in new_text(text)


@pytest.mark.parametrize("delimiter", ["-- ", "--", "—"])
def test_a_signature_goes(delimiter: str) -> None:
    assert new_text(f"{NEW}\n{delimiter}\nОльга Иванова\nбухгалтер\n+7 900 000-00-00") == NEW


def test_a_signature_above_the_quotation_goes() -> None:
    text = f"{NEW}\n\n-- \nОльга\n\n{INTRODUCTIONS['Gmail en']}\n> old\n"
    assert new_text(text) == NEW


def test_a_line_of_dashes_with_much_text_below_is_no_signature() -> None:
    text = "Первая ошибка.\n--\n" + "\n".join(f"Строка журнала {number}" for number in range(40))
    assert new_text(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "Отправлено с iPhone",
        "Отправлено с моего iPhone",
        "Отправлено из мобильной Почты Mail.ru",
        "Отправлено из мобильной Яндекс Почты: http://m.ya.ru/ymail",
        "Надіслано з iPhone",
        "Надіслано з мого Samsung Galaxy",
        "Sent from my iPhone",
        "Sent from Outlook for Android<https://aka.ms/x>",
        "Get Outlook for iOS",
        "Lähetetty iPhonesta",
        "Lähetetty Samsung Galaxy -älypuhelimestani.",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Wysłane z iPhone'a",
    ],
)
def test_a_phones_last_line_goes(line: str) -> None:
    assert new_text(f"{NEW}\n\n{line}\n\n{INTRODUCTIONS['Gmail en']}\n> old") == NEW


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my desk, is much easier than my phone",
        "Отправлено из бухгалтерии вчера",
        "Отправлено на телефон.",
        "Lähetetty lasku puuttuu",
    ],
)
def test_a_sentence_that_only_begins_like_a_phones_line_stays(line: str) -> None:
    assert new_text(f"{NEW}\n\n{line}") == f"{NEW}\n\n{line}"


FORWARDS = [
    "---------- Forwarded message ---------\nFrom: Boss <boss@client.example>\nDate: Mon, Nov 23, 2026\n",
    "-------- Пересылаемое сообщение --------\n23.11.2026, 05:31, Boss <boss@client.example>:\n",
    "---------- Пересланное сообщение ---------\nОт: Boss <boss@client.example>\n",
    "---------- Пересилане повідомлення ---------\nВід: Boss <boss@client.example>\n",
    "---------- Välitetty viesti ---------\nLähettäjä: Boss <boss@client.example>\n",
    "Начало переадресованного сообщения:\n\n> Отправитель: Boss <boss@client.example>\n",
    "> Begin forwarded message:\n>\n> From: Boss <boss@client.example>\n",
]


@pytest.mark.parametrize("forward", FORWARDS)
def test_what_a_client_passes_on_is_his_message(forward: str) -> None:
    text = f"Посмотрите, пожалуйста.\n\n{forward}\nОшибка 42 при печати."
    assert new_text(text) == text


def test_a_forward_that_only_the_subject_announces_is_kept() -> None:
    body = f"Please look.\n\n{HISTORIES['Outlook en']}\n\nError 42 when printing."
    assert text_mail(body, subject="FW: Error").reply_text == body
    assert text_mail(body, subject="RE: Error").reply_text == "Please look."


def test_a_forward_inside_the_history_is_history() -> None:
    text = (
        f"{NEW}\n\n{INTRODUCTIONS['Gmail en']}\n\n> see\n>\n> ---------- Forwarded message ---------\n> x\n"
    )
    assert new_text(text) == NEW


def test_a_clients_sentence_above_the_introduction_is_not_swallowed() -> None:
    text = f"On the server 1 it fails too.\n{INTRODUCTIONS['Gmail en']}\n> old\n"
    assert new_text(text) == "On the server 1 it fails too."


@pytest.mark.parametrize(
    "text",
    [
        "On 23 November 2026 at 10:30 the program wrote a wrong total.\nPlease check.",
        "23.11.2026 в 10:30 программа пишет ошибку 42.\nЧто делать?",
        "Программа пишет:\nОшибка 42",
        "Добрый день!\n\n23.11.2026 10:30 программа пишет:\nОшибка 42",
        "Hello!\n\nOn 23 November 2026 Anna wrote:\nIt is fixed. But it is not.",
        "From: склад 1\nTo: склад 2\nперемещение не проводится",
        "Шаги:\n1. Открыть отчёт\n2. Нажать «Печать»\n\nWhat it said: nothing",
        "Subject: I have a problem\nTo: be honest, it is urgent",
        "> this is what I typed\nand it failed",
    ],
)
def test_a_request_is_no_quotation(text: str) -> None:
    assert new_text(text, replying=False) == text


def test_quoted_lines_alone_stay() -> None:
    assert new_text("> all of it\n> is quoted") == "> all of it\n> is quoted"


def test_few_marked_lines_in_a_mail_that_answers_nothing_are_the_clients_own() -> None:
    text = "I typed:\n> dir\n> cd x"
    assert new_text(text, replying=False) == text
    assert new_text(text, replying=True) == "I typed:"
