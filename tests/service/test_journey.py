"""The whole story of a request as client, agent and head see it: mail, pages, commands; on both engines."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from tests.service.conftest import MakeDesk
from tests.service.desk import ADDRESS, Desk, until
from tests.service.letters import XLSX, letter, message_id, picture, send
from tests.service.relay import Got, Relay

OLGA, PETER, STRANGER = "olga@agroferma.example", "peter@millhouse.example", "stranger@other.example"
SECRET_WORDS = "Пароль от кассы 12345"
LISTED = [
    *("number", "state", "subject", "client", "channel", "level", "kind", "priority", "line", "assignee"),
    *("created_at", "reaction_due_at", "resolution_due_at", "reacted_at", "closed_at", "rating"),
]
MESSAGE = ["direction", "author", "address", "text", "message_id", "at", "screenshots", "declined"]
SCREENSHOT = ["name", "media_type", "width", "height", "size", "sha256"]
DELIVERY = ["kind", "channel", "recipient", "state", "attempts", "message_id", "sent_at", "error"]


class Story:
    """A desk with its relay, and what has come for whom."""

    def __init__(self, desk: Desk, relay: Relay) -> None:
        self.desk, self.relay = desk, relay

    def sends(self, raw: bytes) -> bytes:
        assert send(self.desk.smtp_port, raw) == 250
        return raw

    def gets(self, recipient: str, number: int) -> Got:
        """The recipient's mail of that number, from 1."""
        until(f"{recipient} has mail {number}", lambda: len(self.relay.to(recipient)) >= number)
        return self.relay.to(recipient)[number - 1]

    def ticket(self, number: str) -> dict[str, Any]:
        (shown,) = self.desk.rows("tickets", "show", number)
        return shown

    def rating(self, number: str) -> int | None:
        (rating,) = [row["rating"] for row in self.desk.rows("tickets", "list") if row["number"] == number]
        return rating  # type: ignore[no-any-return]


def page(url: str, method: str = "GET", **form: str) -> tuple[int, str]:
    """Status and text of a page; with a form, of what its sending leads to."""
    content = urllib.parse.urlencode(form).encode() if form else None
    asked = urllib.request.Request(url, content, method="POST" if form else method)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def links(mail: Got, kind: str) -> list[str]:
    return re.findall(rf"http://127\.0\.0\.1:\d+/{kind}/[\w.~-]+", mail.text)


def test_a_request_from_the_first_mail_to_the_figures(
    make_desk: MakeDesk, relay: Relay, database_url: str
) -> None:
    desk = make_desk(relay_port=relay.port, database=database_url)
    desk.start()
    story = Story(desk, relay)
    desk.says("clients", "add", OLGA, "--name", "Ольга Николаевна", "--language", "ru")
    request = story.sends(letter(f"Ольга <{OLGA}>", f"Не проводится. {SECRET_WORDS}", picture(), XLSX))
    confirmation = story.gets(OLGA, 1)
    the_confirmation_says_all(confirmation, request)
    the_status_page_tells_no_secret(confirmation)
    answer = answered_and_replied(story)
    strangers_get_tickets_of_their_own(story, answer)
    invitation = closed_and_invited(story)
    opening_links_rates_nothing_and_the_form_does(story, invitation)
    a_digit_in_a_reply_rates(story)
    writing_again_reopens(story, invitation)
    figures_and_export(story)


def the_confirmation_says_all(got: Got, request: bytes) -> None:
    mail, words = got.mail, got.text.replace("\u00a0", " ")
    assert (got.sender, mail["Auto-Submitted"], mail["X-Otklik-Ticket"]) == ("", "auto-replied", "AS-000001")
    assert mail["Subject"] == "[#AS-000001] Обращение принято"
    assert mail["From"].addresses[0].addr_spec == ADDRESS
    assert mail["In-Reply-To"] == mail["References"] == message_id(request)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    for said in (
        "Здравствуйте, Ольга Николаевна!",
        "Мы приняли Ваше обращение, его номер — AS-000001.",
        "«Коммерческие клиенты: стандартная поддержка»",
        "Специалист ответит в течение 8 рабочих часов: до ",
        "Снимок kassa.png приложен к обращению.",
        "Файл «Ведомость.xlsx» не сохранён: мы принимаем снимки экрана в форматах JPG, GIF и PNG.",
        "Служба поддержки АгроСофт",
    ):
        assert said in words, said
    assert SECRET_WORDS not in words


def the_status_page_tells_no_secret(confirmation: Got) -> None:
    status, text = page(links(confirmation, "ticket")[0])
    assert status == 200 and "AS-000001" in text
    for secret in (SECRET_WORDS, "Не печатает", OLGA, "kassa.png"):
        assert secret not in text


def answered_and_replied(story: Story) -> Got:
    """Anna answers, Olga's reply joins her ticket; returns the answer."""
    (listed,) = story.desk.rows("tickets", "answer", "AS-000001", "Обновите до версии 3.2.15.")
    assert (listed["state"], listed["assignee"]) == ("open", "Анна")
    assert listed["reacted_at"] is not None
    answer = story.gets(OLGA, 2)
    assert "Обновите до версии 3.2.15." in answer.text and answer.mail["Auto-Submitted"] is None
    assert answer.sender == ADDRESS
    quoted = "\n".join(f"> {line}" for line in answer.text.splitlines())
    story.sends(letter(OLGA, f"Обновили, помогло.\n\n{quoted}", answers=answer.message_id))
    story.desk.settled()
    ticket = story.ticket("AS-000001")
    assert [m["direction"] for m in ticket["messages"]] == ["in", "out", "in"]
    assert ticket["messages"][2]["new_text"] == "Обновили, помогло."
    assert ticket["state"] == "open"
    assert len(story.relay.to(OLGA)) == 2  # what joins a ticket is not confirmed anew
    return answer


def strangers_get_tickets_of_their_own(story: Story, answer: Got) -> None:
    """Neither the number nor a forwarded Message-ID lets somebody else onto Olga's ticket."""
    before = story.ticket("AS-000001")
    story.sends(letter(STRANGER, "И мне ответьте.", subject="Re: [#AS-000001] Ответ"))
    story.sends(letter(STRANGER, "А сюда?", answers=answer.message_id))
    story.gets(STRANGER, 2)
    story.desk.settled()
    assert story.ticket("AS-000001") == before
    clients = [(row["number"], row["client"]) for row in story.desk.rows("tickets", "list")]
    assert clients == [("AS-000001", OLGA), ("AS-000002", STRANGER), ("AS-000003", STRANGER)]


def closed_and_invited(story: Story) -> Got:
    (listed,) = story.desk.rows("tickets", "close", "AS-000001")
    assert listed["state"] == "closed" and listed["closed_at"] is not None
    assert listed["not_invited"] == ""
    invitation = story.gets(OLGA, 3)
    assert invitation.mail["Subject"] == "[#AS-000001] Оцените, пожалуйста, нашу работу"
    assert (invitation.sender, invitation.mail["Auto-Submitted"]) == ("", "auto-generated")
    assert len(set(links(invitation, "rate"))) == 5
    return invitation


def opening_links_rates_nothing_and_the_form_does(story: Story, invitation: Got) -> None:
    urls = links(invitation, "rate")
    for url in urls * 2:
        assert page(url)[0] == page(url, "HEAD")[0] == 200
    assert story.rating("AS-000001") is None
    status, text = page(urls[0], stars="5", comment="Быстро!", satisfied="yes", recommend="yes")
    assert status == 200 and "AS-000001" in text
    assert story.rating("AS-000001") == 5
    assert page(urls[0], stars="4", comment="Быстро!")[0] == 200
    assert story.rating("AS-000001") == 4  # the last word counts


def a_digit_in_a_reply_rates(story: Story) -> None:
    story.sends(letter(PETER, "Hello, I cannot post the document. What should we do?", subject="Cannot post"))
    assert "General consulting" in story.gets(PETER, 1).text
    story.desk.says("tickets", "answer", "4", "Please update to 3.2.15.")
    story.gets(PETER, 2)
    story.desk.says("tickets", "close", "4")
    invitation = story.gets(PETER, 3)
    quoted = "\n".join(f"> {line}" for line in invitation.text.splitlines())
    story.sends(letter(PETER, f"5\n\n{quoted}", subject="Re: rate", answers=invitation.message_id))
    story.desk.settled()
    assert story.rating("AS-000004") == 5
    assert story.ticket("AS-000004")["state"] == "closed"


def writing_again_reopens(story: Story, invitation: Got) -> None:
    """Olga's mail reopens her ticket and withdraws the invitation."""
    story.sends(letter(OLGA, "Ошибка вернулась.", answers=invitation.message_id))
    story.desk.settled()
    ticket = story.ticket("AS-000001")
    assert (ticket["state"], ticket["closed_at"]) == ("open", None)
    assert ticket["messages"][-1]["text"] == "Ошибка вернулась."
    assert "reopened" in [event["what"] for event in ticket["history"]]
    assert ticket["closures"][0]["withdrawn_at"] is not None
    url = links(invitation, "rate")[4]
    assert page(url)[0] == page(url, stars="1")[0] == 410
    assert story.ticket("AS-000001")["closures"] == ticket["closures"]


def figures_and_export(story: Story) -> None:
    desk = story.desk
    report = json.loads(desk.says("report", "ratings", "--format", "json"))["total"]
    assert (report["closures"], report["invitations"], report["ratings"]) == (2, 2, 2)
    assert (report["mean"], report["response_rate"], report["csat"]) == (4.5, 1.0, 1.0)
    assert report["distribution"] == {"1": 0, "2": 0, "3": 0, "4": 1, "5": 1}
    assert (report["satisfied"], report["recommend"], report["comments"]) == (1.0, 1.0, 1)
    exported, listed = desk.tickets(), desk.rows("tickets", "list")
    assert exported == [story.ticket(row["number"]) for row in listed]
    assert [list(row) for row in listed] == [LISTED] * 4
    for ticket in exported:
        assert {*LISTED, "messages", "history", "deliveries"} <= set(ticket)
        assert all(set(MESSAGE) <= set(message) for message in ticket["messages"])
        assert all(list(delivery) == DELIVERY for delivery in ticket["deliveries"])
    first = exported[0]["messages"][0]
    assert (first["author"], first["address"]) == ("Ольга", OLGA)
    (shot,) = first["screenshots"]
    assert list(shot) == SCREENSHOT and (shot["name"], shot["width"], shot["height"]) == ("kassa.png", 40, 30)
    assert first["declined"] == [{"name": "Ведомость.xlsx", "reason": "format"}]
    kinds = [delivery["kind"] for delivery in exported[0]["deliveries"]]
    assert kinds == ["confirmation", "answer", "invitation"]
