"""The demo's story, step by step; every step uses the running service from outside."""

import json
import re
import shutil
import signal
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from email.message import Message
from pathlib import Path
from typing import Any

from bot.demo.chat import DemoChat
from bot.demo.desk import DemoDesk, DemoFailed
from bot.demo.letters import File, reply, request, screenshot, send, text_of
from bot.demo.telegram.things import Topic

_OLGA, _PETER, _RIIKKA = "olga@agroferma.example", "peter@millhouse.example", "riikka@leipomo.example"


def tour(folder: Path | None, *, once: bool) -> int:
    """Run the demo in `folder`; stays up afterwards unless `once`. Returns the exit status.

    Without a folder it takes a temporary one, which goes at the end unless there is a failure to look into.
    """
    # As Ctrl-C, from the beginning: the service is a process of its own, and would outlive us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    place = folder or Path(tempfile.mkdtemp(prefix="otklik-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    chat = DemoChat()
    try:
        status = _led(DemoDesk(place), chat, once=once)
    finally:
        chat.stop()
    if status == 0 and folder is None:
        shutil.rmtree(place)
        print("What it made is gone with its temporary folder; --folder DIR keeps it")
    else:
        print(f"Everything it made is in {place}")
    return status


def _led(desk: DemoDesk, chat: DemoChat, *, once: bool) -> int:
    began = time.monotonic()
    try:
        _start(desk, chat)
        _mails(desk, began)
        _answer_and_close(desk)
        _rate(desk)
        _chats(desk, chat)
        _report(desk)
        if not once:
            _stay(desk)
    except (DemoFailed, OSError, AssertionError) as exc:
        print(f"\nThe demo failed: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    finally:
        stopped = desk.stop()
    print("The service has stopped cleanly." if stopped == 0 else f"The service ended with {stopped}.")
    return stopped


def _step(text: str) -> None:
    print(f"\n\033[1m── {text}\033[0m" if sys.stdout.isatty() else f"\n── {text}", flush=True)


def _show(text: str) -> None:
    for line in text.rstrip().splitlines():
        print(f"   │ {line}" if line else "   │")
    sys.stdout.flush()


def _letter(mail: Message) -> None:
    _show(f"To: {mail['To']}\nSubject: {mail['Subject']}\n\n{text_of(mail)}")


def _start(desk: DemoDesk, chat: DemoChat) -> None:
    _step(f"A desk is set up in {desk.folder} and started: SQLite, its own mail server, no relay")
    desk.prepare(chat.configuration(), chat.anna.id)
    desk.start()
    print(f"   mail server 127.0.0.1:{desk.smtp_port} · pages http://127.0.0.1:{desk.web_port}")
    _step("Olga has a support contract, so she is put into the directory")
    desk.command("clients", "add", _OLGA, "--name", "Ольга Николаевна", "--language", "ru")
    _show(f"$ otklik clients add {_OLGA} --name 'Ольга Николаевна' --language ru")


def _mails(desk: DemoDesk, began: float) -> None:
    _step("Three clients mail screenshots; each mail goes in over SMTP and is on disk before the 250")
    sheet = File("Ведомость.xlsx", b"PK\x03\x04 not a picture", "application/vnd.ms-excel")
    mails = (
        request(_OLGA, "Ольга", "Не проводится документ",
                "Здравствуйте! При проведении документа выходит ошибка, снимок приложила.\n",
                screenshot("kassa.png"), sheet),
        request(_PETER, "Peter Mill", "Cannot post a document",
                "Hello, when I post the document it shows this error. What should we do?\n",
                screenshot("till.jpg")),
        request(_RIIKKA, "Riikka", "Virhe tositteessa",
                "Hei! Tosite ei mene läpi ja ohjelma näyttää tämän virheen. Mitä nyt pitää tehdä?\n",
                screenshot("kassa.gif")),
    )  # fmt: skip
    for mail in mails:
        send(desk.smtp_port, mail)
        print(f"   {mail['From']}: «{mail['Subject']}» — 250, recorded")
    _step("Each gets one confirmation: number, service level, and by when a person will answer")
    for address in (_OLGA, _PETER, _RIIKKA):
        _letter(desk.new_mail(address))
        print()
    print(f"   ({time.monotonic() - began:.0f} s since the demo began)")
    _step("The desk now has these tickets:  $ otklik tickets list")
    _show(desk.command("tickets", "list"))


def _answer_and_close(desk: DemoDesk) -> None:
    olga, peter = desk.ticket_of(_OLGA)["number"], desk.ticket_of(_PETER)["number"]
    _step(f"Anna answers Olga:  $ otklik tickets answer {olga} 'Обновите …'")
    desk.command("tickets", "answer", olga, "Обновите программу до версии 3.2.15, ошибка там исправлена.")
    answered = desk.new_mail(_OLGA)
    _letter(answered)
    _step("Olga replies to that mail; it joins her ticket and opens no second one")
    send(desk.smtp_port, reply(answered, _OLGA, "Ольга", "Обновили, всё работает."))
    desk.until("the reply on the ticket", lambda: "Обновили" in desk.command("tickets", "show", olga) or None)
    _show(desk.command("tickets", "show", olga))
    _step("Anna closes it, and Olga is asked for a rating. Peter is answered and closed as well")
    desk.command("tickets", "close", olga)
    desk.command("tickets", "answer", peter, "Please update to 3.2.15, the error is mended there.")
    desk.new_mail(_PETER)
    desk.command("tickets", "close", peter)


def _rate(desk: DemoDesk) -> None:
    invitation = desk.new_mail(_OLGA)
    _letter(invitation)
    links = _links(invitation, desk)
    _step("A mail scanner opens all five links before Olga does: opening a link never rates")
    for url in links:
        _get(url)
    print(f"   rating of Olga's ticket: {desk.ticket_of(_OLGA)['rating']}")
    _step("Olga opens the five-star link and presses Save on the page, with a comment")
    _get(links[0], stars="5", comment="Спасибо, быстро разобрались!", satisfied="yes", recommend="yes")
    print(f"   rating of Olga's ticket: {desk.ticket_of(_OLGA)['rating']}")
    _step("Peter just replies to his invitation with the digit 4")
    send(desk.smtp_port, reply(desk.new_mail(_PETER), _PETER, "Peter Mill", "4"))
    desk.until("Peter's rating", lambda: desk.ticket_of(_PETER)["rating"])
    print(f"   rating of Peter's ticket: {desk.ticket_of(_PETER)['rating']}")


def _chats(desk: DemoDesk, chat: DemoChat) -> None:
    oksana, anna = chat.oksana, chat.anna
    _step(
        "Oksana writes to the clients' bot in Telegram, with a screenshot; Anna answers in the agents' group"
    )
    chat.does(oksana.starts(chat.bot))
    chat.does(oksana.reads("Добрий день"))
    picture = screenshot("kassa.png").content
    chat.does(oksana.sends_photo(picture, "Версія 3.2.14: каса не друкує чек, ось що на екрані."))
    chat.does(oksana.reads("Фахівець відповість"))
    topic = chat.does(chat.group.topic_of("каса не друкує"))
    chat.does(anna.reads("на екрані", where=(chat.group, topic)))
    chat.does(anna.writes("Вимкніть і ввімкніть принтер, потім повторіть друк.", where=(chat.group, topic)))
    chat.does(oksana.reads("Вимкніть"))
    chat.does(oksana.writes("Допомогло, дякую!"))
    chat.does(anna.reads("Допомогло", where=(chat.group, topic)))
    _close_and_rate(desk, chat, topic)
    print("   Oksana's chat:")
    _show(chat.client_transcript())
    print("   the topic in the agents' group:")
    _show(chat.topic_transcript(topic))


def _close_and_rate(desk: DemoDesk, chat: DemoChat, topic: Topic) -> None:
    place = (chat.group, topic)
    chat.does(chat.anna.writes("/close", where=place))
    chat.does(chat.anna.presses("Решено", where=place))
    chat.does(chat.oksana.reads("закрито"))
    chat.does(chat.oksana.presses("★★★★★"))
    number = topic.name.split()[0]
    desk.until("Oksana's rating", lambda: "5" if _rated(desk, number) else None)


def _rated(desk: DemoDesk, number: str) -> bool:
    told: dict[str, Any] = json.loads(desk.command("tickets", "show", number, "--json"))
    return bool(told["rating"] == 5)


def _links(invitation: Message, desk: DemoDesk) -> list[str]:
    return re.findall(rf"http://127\.0\.0\.1:{desk.web_port}/rate/[\w.~-]+", text_of(invitation))


def _get(url: str, **form: str) -> None:
    """Open a page, or send its form when there is one."""
    content = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(url, content, timeout=10) as answer:  # noqa: S310 - our own page
        answer.read()


def _report(desk: DemoDesk) -> None:
    report = ("report", "ratings", "--frequency", "month", "--language", "en")
    _step(f"The admin reads the summary:  $ otklik {' '.join(report)}")
    _show(desk.command(*report))
    chart = desk.folder / "ratings.png"
    desk.picture(chart, *report, "--format", "png")
    print(f"\n   and its chart: {chart}")


def _stay(desk: DemoDesk) -> None:
    _step("The service stays up. Try it by hand")
    config = f"--config {desk.config}"
    pictures = Path(__file__).parent / "pictures"
    print(f"""
   mail it (from another terminal):
     curl smtp://127.0.0.1:{desk.smtp_port} --mail-from me@example.net --mail-rcpt support@example.org \\
       -H 'From: me@example.net' -H 'Subject: It does not print' -F '=see the picture' \\
       -F 'file=@{pictures / "kassa.png"}'
   read what it answered:   ls -t {desk.outgoing}
   see the ticket:          .venv/bin/otklik tickets list {config}
   answer, close:           .venv/bin/otklik tickets answer 4 'Is it plugged in?' {config}
                            .venv/bin/otklik tickets close 4 {config}
   look at the chart:       {desk.folder / "ratings.png"}
   its health:              http://127.0.0.1:{desk.web_port}/health

   Ctrl-C stops it.""", flush=True)  # fmt: skip
    desk.wait()
    raise DemoFailed(f"the service ended by itself; see {desk.log}")
