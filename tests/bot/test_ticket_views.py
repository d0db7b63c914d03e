"""How a ticket reads on a terminal: what is new in each message, and on demand all of it."""

from zoneinfo import ZoneInfo

from bot.cli.ticket_views import shown, shown_text
from intake.incoming import Authenticity
from replies import answering
from tests.desk_on_disk import NOW, NUMBERING, VERBS, DeskOnDisk, mail

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


async def test_moments_in_a_tickets_history_are_told_in_the_desks_time(desk: DeskOnDisk) -> None:
    ticket_id = (await desk.receives(mail())).ticket_id or 0
    await answering.set_level(desk.database, VERBS, ticket_id, "urgent", "Анна", "critical", NOW)
    text = shown_text(await desk.ticket(ticket_id), NUMBERING.format, ZONE)
    # Received on Monday, 23 November, at 05:30 in Moscow.
    assert "(level general: 40 working hours, until 2026-11-27 09:30)" in text
    assert "reaction deadline 2026-11-27 09:30 → 2026-11-23 11:30" in text
    assert "+00:00" not in text


async def test_what_only_looks_like_a_moment_stays_as_a_person_wrote_it(desk: DeskOnDisk) -> None:
    ticket_id = (await desk.receives(mail())).ticket_id or 0
    odd = "see 2026-99-99T99:99:99+00:00 in the log"
    await answering.set_level(desk.database, VERBS, ticket_id, "urgent", "Анна", odd, NOW)
    assert odd in shown_text(await desk.ticket(ticket_id), NUMBERING.format, ZONE)


async def test_an_answer_is_told_with_the_message_id_of_the_mail_that_carries_it(desk: DeskOnDisk) -> None:
    ticket_id = (await desk.receives(mail(message_id="<request@client.example>"))).ticket_id or 0
    await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Обновите программу.", NOW)
    told = shown(await desk.ticket(ticket_id), NUMBERING.format)
    assert [one["message_id"] for one in told["messages"]] == [
        "<request@client.example>",
        await desk.message_id_of(ticket_id, "answer"),
    ]
