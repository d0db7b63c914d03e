"""What is new in a reply that consists of HTML alone: the markup tells where plain text would be silent."""

import pytest

from tests.intake.understood import understood

OLD = "<p>Мы приняли Ваше обращение.</p><p>Служба поддержки</p>"

# The structure that the program puts around the old mail; {old} is its place.
PROGRAMS = {
    "Gmail": '<div dir="ltr">Спасибо, работает.</div><br><div class="gmail_quote"><div dir="ltr" '
    'class="gmail_attr">'
    "пн, 23 нояб. 2026 г. в 05:31, Support &lt;<a "
    'href="mailto:s@desk.example">s@desk.example</a>&gt;:<br></div>'
    '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc '
    'solid">{old}</blockquote></div>',
    "Gmail in a language that nobody here knows": '<div dir="ltr">Спасибо, работает.</div><div '
    'class="gmail_quote">'
    '<div dir="ltr" class="gmail_attr">Qq 23 zz Support xyzzy<br></div><blockquote class="gmail_quote">{old}'
    "</blockquote></div>",
    "Outlook 2016": "<div class=WordSection1><p class=MsoNormal>Спасибо, работает.</p><p "
    "class=MsoNormal>&nbsp;</p>"
    "<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p "
    "class=MsoNormal>"
    "<b>From:</b> Support &lt;s@desk.example&gt; <br><b>Sent:</b> Monday, November 23, 2026 5:31 AM<br>"
    "<b>To:</b> Olga<br><b>Subject:</b> RE: Ошибка</p></div></div>{old}</div>",
    "Outlook in a language that nobody here knows": "<div class=WordSection1><p class=MsoNormal>Спасибо, "
    "работает."
    "</p><div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p "
    "class=MsoNormal>"
    "<b>Qqq:</b> Support &lt;s@desk.example&gt;<br><b>Www:</b> 23. xyzzy 2026 5:31<br><b>Eee:</b> Olga<br>"
    "<b>Rrr:</b> RE</p></div>{old}</div>",
    "Outlook on the web": '<div>Спасибо, работает.</div><div id="appendonsend"></div><hr style="width:98%">'
    '<div id="divRplyFwdMsg" dir="ltr"><b>От:</b> Support &lt;s@desk.example&gt;<br><b>Отправлено:</b> '
    "понедельник, "
    "23 ноября 2026 г. 5:31:26<br><b>Кому:</b> Olga<br><b>Тема:</b> Ошибка</div><div>{old}</div>",
    "Outlook for Mac": "<div>Спасибо, работает.</div><div><br></div>"
    '<span id="OLK_SRC_BODY_SECTION"><div><span>From: </span> Support '
    "&lt;s@desk.example&gt;<br><span>Date: </span>"
    "Monday, 23 November 2026 at 05:31<br><span>To: </span> Olga<br><span>Subject: </span> "
    "RE<br></div>{old}</span>",
    "Apple Mail": "<div>Спасибо, работает.</div><div><br><blockquote type='cite'><div>23 нояб. 2026 г., в "
    "05:31, "
    "Support &lt;s@desk.example&gt; написал(а):</div><br><div>{old}</div></blockquote></div>",
    "Thunderbird": '<p>Спасибо, работает.</p><div class="moz-cite-prefix">23.11.2026 05:31, Support '
    "пишет:<br></div>"
    '<blockquote type="cite" cite="mid:1@desk.example">{old}</blockquote>',
    "Thunderbird in a language that nobody here knows": "<p>Спасибо, работает.</p>"
    '<div class="moz-cite-prefix">Support qq 23 zz<br></div><blockquote type="cite">{old}</blockquote>',
    "Yahoo": '<div>Спасибо, работает.</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Monday, '
    "November 23, "
    "2026 at 05:31:26 AM GMT+3, Support &lt;s@desk.example&gt; wrote:</div><div>{old}</div></div>",
    "ProtonMail": '<div>Спасибо, работает.</div><div class="protonmail_quote">------- Original Message '
    "-------<br>"
    'On Monday, Support wrote:<br><blockquote class="protonmail_quote" type="cite">{old}</blockquote></div>',
    "Zoho": '<div>Спасибо, работает.</div><div class="zmail_extra"><div>---- On Mon, 23 Nov 2026 05:31:26 '
    "+0300 "
    "<b>Support &lt;s@desk.example&gt;</b> wrote ----</div><br><blockquote>{old}</blockquote></div>",
    "Mail.ru": "<div>Спасибо, работает.</div><div "
    'data-signature-widget="container"><div>--<br>Ольга</div></div><br>'
    '<blockquote style="border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px">Понедельник, 23 '
    "ноября 2026, "
    "5:31 +03:00 от Support &lt;s@desk.example&gt;:<br>{old}</blockquote>",
    "Yandex": "<div>Спасибо, работает.</div><div>&nbsp;</div><div>23.11.2026, 05:31, &quot;Support&quot; "
    "&lt;s@desk.example&gt;:</div><blockquote><div>{old}</div></blockquote>",
}


def reply_to(html: str, subject: str = "Re: Ошибка") -> str:
    """What is new in Olga's answer of HTML alone."""
    return understood(
        f"From: Olga <olga@client.example>\nSubject: {subject}\nIn-Reply-To: <1@desk.example>\n"
        f"Content-Type: text/html; charset=utf-8\n\n<html><body>{html}</body></html>"
    ).reply_text


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_quotation_goes(program: str) -> None:
    assert reply_to(PROGRAMS[program].format(old=OLD)) == "Спасибо, работает."


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_whole_text_loses_nothing(program: str) -> None:
    message = understood(
        "From: Olga <olga@client.example>\nContent-Type: text/html; charset=utf-8\n\n"
        + PROGRAMS[program].format(old=OLD)
    )
    assert "Мы приняли Ваше обращение." in message.text
    assert "Support" in message.text


@pytest.mark.parametrize(
    "signature",
    [
        '<div class="gmail_signature" data-smartmail="gmail_signature">Ольга Иванова<br>+7 900 '
        "000-00-00</div>",
        '<div id="Signature"><div>Ольга Иванова</div><div>бухгалтер</div></div>',
        '<div class="moz-signature">-- <br>Ольга Иванова</div>',
    ],
)
def test_a_signature_goes_that_only_the_markup_tells(signature: str) -> None:
    assert reply_to(f"<div>Работает.</div>{signature}") == "Работает."
    assert reply_to(f"<div>Работает.</div>{signature}<blockquote type=cite>old</blockquote>") == "Работает."


def test_words_below_a_signature_stay() -> None:
    html = '<div>Работает.</div><div id="Signature">Ольга</div><div>Нет, опять ошибка 42.</div>'
    assert "опять ошибка 42" in reply_to(html)
    assert "Ольга" in reply_to(html)


def test_answers_in_between_stay_with_the_questions() -> None:
    html = (
        '<div class="moz-cite-prefix">23.11.2026 05:31, Support пишет:<br></div>'
        "<blockquote type=cite>Какая версия?</blockquote><p>3.2.14</p>"
        "<blockquote type=cite>Какая система?</blockquote><p>Windows 11</p>"
    )
    assert [line for line in reply_to(html).split("\n") if line.strip()] == [
        "> 23.11.2026 05:31, Support пишет:",
        "> Какая версия?",
        "3.2.14",
        "> Какая система?",
        "Windows 11",
    ]


def test_what_gmail_passes_on_is_the_clients_message() -> None:
    html = (
        '<div dir="ltr">Посмотрите.<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        "---------- Forwarded message ---------<br>От: <b>Boss</b> &lt;boss@client.example&gt;<br>"
        "Date: пн, 23 нояб. 2026 г. в 05:31<br>Subject: Ошибка<br></div><br>Ошибка 42.</div></div>"
    )
    kept = reply_to(html, subject="Обмен")
    assert "Ошибка 42." in kept
    assert "> Ошибка 42." not in kept


def test_a_box_with_a_line_above_is_no_old_mail() -> None:
    box = "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p>Итого: 12</p></div>"
    assert reply_to(f"<p>Смотрите:</p>{box}<p>Почему?</p>").endswith("Почему?")
