"""Absence notices and receipts in many languages, and people who write about them."""

import pytest

from intake.incoming import IncomingMessage
from tests.intake.understood import text_mail


def mailed(subject: str, body: str = "words", more: str = "") -> IncomingMessage:
    return text_mail(f"{body}\n", subject, more)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: [#AS-000042] We have received your request",
        "Auto-Reply: error",
        "AUTO: Olga Petrova is out of the office (returning 12/01/2026)",
        "Out of office",
        "Out of the office: Olga",
        "[OOO] Re: error",
        "Vacation reply",
        "Автоматический ответ: ошибка",
        "Автоответ",
        "Авто-ответ: ошибка",
        "Я в отпуске",
        "В отпуске до 1 декабря",
        "Нет на рабочем месте.",
        "Уведомление об отсутствии: Петрова",
        "Автоматична відповідь: помилка",
        "Поза офісом",
        "Повідомлення про відсутність",
        "Аўтаматычны адказ: памылка",
        "Automaattinen vastaus: virhe",
        "Poissa toimistosta - Riikka",
        "Olen lomalla",
        "Abwesenheitsnotiz: Fehler",
        "Automatische Antwort: Fehler",
        "Nicht im Büro: Fehler",
        "Réponse automatique : erreur",
        "Absence du bureau",
        "Respuesta automática: error",
        "Fuera de la oficina: error",
        "Odpowiedź automatyczna: błąd",
        "Poza biurem",
        "Risposta automatica: errore",
        "Resposta automática: erro",
        "Automatisch antwoord: fout",
        "Afwezig: fout",
        "Automatiskt svar: fel",
        "Autosvar: feil",
        "Automatisk svar: fejl",
        "Fraværsmelding",
        "Automatická odpověď: chyba",
        "Mimo kancelář: chyba",
        "Automatikus válasz: hiba",
        "Otomatik yanıt: hata",
        "Răspuns automat: eroare",
        "Αυτόματη απάντηση: σφάλμα",
        "自動応答: エラー",
        "自動返信：エラー",
        "自动回复: 错误",
        "自動回覆: 錯誤",
        "자동 응답: 오류",
        "Automaatvastus: viga",
    ],
)
def test_the_subject_of_an_absence_notice_is_known(subject: str) -> None:
    assert (mailed(subject).refusal, mailed(subject).auto_reply) == ("auto-reply", True)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply does not work",
        "Automatic reply: how do I switch it on?",
        "Автоматический ответ: как его отключить?",
        "Я в отпуске — как оформить",
        "Auto: no sound",
        "Re: Automatic reply: your request",
        "Fwd: Out of office",
        "Out of office hours surcharge",
        "Poissaolot eivät tulostu",
        "Poissaoloilmoitus: ei tulostu",
        "Автоответчик не включается",
        "Отпуск: неверная сумма",
        "В отпуске не начислено",
        "Отсутствие на рабочем месте: не считается",
        "Urlaub: falsche Summe",
        "Vacation: wrong sum",
        "Automation of the warehouse",
        "Auto parts are missing",
        "Read: only two of three files open",
    ],
)
def test_a_person_who_asks_about_such_things_is_taken_in(subject: str) -> None:
    assert mailed(subject).refusal is None


def test_a_question_mark_in_what_it_answers_does_not_hide_an_absence_notice() -> None:
    assert mailed("Automatic reply: [#AS-000042] How did we do?").refusal == "auto-reply"
    answers = "In-Reply-To: <1@desk.example>\n"
    assert mailed("Automatic reply: how did we do?", more=answers).refusal == "auto-reply"


@pytest.mark.parametrize(
    "body",
    [
        "Hello,\n\nI am out of the office until 1 December. For urgent matters please call +7 495 000.",
        "Thank you for your e-mail. I am currently on vacation and will reply when I return.",
        "Здравствуйте!\nЯ в отпуске до 1 декабря. По срочным вопросам обращайтесь к Ивану.",
        "Добрый день! В настоящее время нахожусь в командировке, отвечу после возвращения.",
        "Доброго дня! Я перебуваю у відпустці. З термінових питань звертайтеся до Івана.",
        "Hei!\nOlen lomalla 1.12. asti. Kiireellisissä asioissa ota yhteys Mattiin.",
        "Guten Tag,\nich bin bis zum 1.12. nicht im Büro. In dringenden Fällen wenden Sie sich an Max.",
        "Bonjour,\nje suis absent jusqu'au 1er décembre. En cas d'urgence, contactez Paul.",
        "Dzień dobry,\njestem na urlopie. W pilnych sprawach proszę o kontakt z Janem.",
        "Здравствуйте! Меня не будет на рабочем месте до 30 ноября. По вопросам обращайтесь к Ивану.",
        "Доброго дня! Мене не буде на робочому місці. З термінових питань звертайтеся до Івана.",
        "Goedendag,\n\nIk ben afwezig tot 1 december. Voor dringende zaken kunt u Piet mailen.",
        "Hej\n\nJeg er på ferie til den 1. december. I hastesager kan du kontakte Per.",
    ],
)
def test_the_words_of_an_absence_notice_are_known_under_any_subject(body: str) -> None:
    assert mailed("Re: [#AS-000042] Your request", body).refusal == "auto-reply"


def test_an_absence_opening_makes_a_notice_of_a_form_in_the_subject() -> None:
    assert mailed("Poissaoloilmoitus", "Olen lomalla 1.12. asti.").refusal == "auto-reply"


@pytest.mark.parametrize(
    "body",
    [
        "Я в отпуске до 1 декабря, но касса не печатает.",
        "Меня не будет на рабочем месте завтра, позвоните сегодня: касса не печатает.",
        "Hej\n\nJeg er på ferie fra i morgen, men kassen skal virke.",
        "I am on holiday until Monday. Could you call my colleague? It is urgent, please.",
        "По срочным вопросам обращайтесь к Ивану: касса не печатает.",
        "The report shows that I am out of the office. For urgent matters it should show nobody.",
        "This is an automatic reply module, it does not start.",
        "Ваша программа пишет: это автоматический ответ. Что делать?",
    ],
)
def test_a_person_who_mentions_his_absence_is_taken_in(body: str) -> None:
    assert mailed("Касса", body).refusal is None


@pytest.mark.parametrize(
    "body",
    [
        "This is an automated message. Please do not reply.",
        "*** This is an automatically generated e-mail, please do not reply ***",
        "Это автоматический ответ. Мы получили Ваше письмо.",
        "Это письмо сформировано автоматически.",
        "Це автоматична відповідь.",
        "Tämä on automaattinen vastaus.",
        "Dies ist eine automatisch generierte Nachricht.",
        "Ceci est une réponse automatique.",
    ],
)
def test_a_text_that_calls_itself_automatic_is_believed(body: str) -> None:
    assert mailed("Your letter", body).refusal == "auto-reply"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (
            "Read: Your request",
            "Your message\n\n  To: Olga\n  Subject: Your request\n\nwas read on 23.11.2026.",
        ),
        ("Прочитано: Обращение принято", "Ваше сообщение\n\nКому: Ольга\n\nбыло прочитано 23.11.2026 5:30."),
        ("Gelesen: Ihre Anfrage", "Ihre Nachricht\n\n  An: Olga\n\nwurde am Montag gelesen."),
    ],
)
def test_a_receipt_without_a_report_is_known_by_subject_and_words(subject: str, body: str) -> None:
    assert mailed(subject, body).refusal == "auto-reply"
    assert mailed(subject, "The error is still there.").refusal is None
    assert mailed("The error", body).refusal is None
