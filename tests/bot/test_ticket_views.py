"""How a ticket reads on a terminal: what is new in each message, and on demand all of it."""

from zoneinfo import ZoneInfo

from bot.cli.ticket_views import shown_text
from intake.incoming import Authenticity
from tests.desk_on_disk import NUMBERING, DeskOnDisk, mail

ZONE = ZoneInfo("Europe/Moscow")


async def test_what_a_message_quotes_is_left_out_and_one_option_away(desk: DeskOnDisk) -> None:
    outcome = await desk.receives(
        mail("Всё ещё не печатает.\n\n> Обновите программу.", reply_text="Всё ещё не печатает.")
    )
    ticket = await desk.ticket(outcome.ticket_id)
    assert "Обновите программу" not in shown_text(ticket, NUMBERING.format, ZONE)
    assert "    > Обновите программу." in shown_text(ticket, NUMBERING.format, ZONE, full=True)


async def test_links_to_file_shares_and_doubtful_senders_are_shown(desk: DeskOnDisk) -> None:
    outcome = await desk.receives(
        mail(
            "Запись экрана по ссылке.",
            links_to_shares=("https://disk.yandex.ru/i/abc",),
            authenticity=Authenticity("fail", "DMARC of client.example"),
        )
    )
    text = shown_text(await desk.ticket(outcome.ticket_id), NUMBERING.format, ZONE)
    assert "[file share: https://disk.yandex.ru/i/abc]" in text
    assert "[sender not verified: DMARC of client.example]" in text
    assert "times: Europe/Moscow" in text
