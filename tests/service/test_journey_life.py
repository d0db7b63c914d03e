"""Thanks, the head of support, reopening on the page, a recorded call: as seen by mail, page and command."""

from pathlib import Path

from tests import sounds
from tests.service.conftest import MakeDesk
from tests.service.letters import letter
from tests.service.relay import Relay
from tests.service.test_journey import OLGA, Story, links, page

HEAD = "head@agrosoft.example"
HEAD_OF_SUPPORT = f'\n[[agents]]\nname = "Вера"\nrole = "head"\nemail = "{HEAD}"\n'


def test_a_ticket_from_its_escalation_to_thanks_and_back(
    make_desk: MakeDesk, relay: Relay, database_url: str, tmp_path: Path
) -> None:
    desk = make_desk(relay_port=relay.port, database=database_url, more=HEAD_OF_SUPPORT)
    desk.start()
    story = Story(desk, relay)
    story.sends(letter(OLGA, "Касса не печатает чек."))
    confirmation = story.gets(OLGA, 1)
    url = links(confirmation, "ticket")[0]
    assert f"обратитесь к руководителю поддержки: {url}#head" in confirmation.text.replace("\n", " ")
    the_head_is_asked_on_the_page_once(story, url)
    a_call_is_logged_with_its_recording(story, tmp_path)
    desk.says("tickets", "answer", "1", "Перезапустите, пожалуйста, кассу.")
    desk.says("tickets", "close", "1")
    invitation = story.gets(OLGA, 3)
    thanks_close_nothing_anew(story, invitation.message_id)
    on_the_page_it_is_reopened(story, url)


def the_head_is_asked_on_the_page_once(story: Story, url: str) -> None:
    assert page(url)[0] == page(url, "HEAD")[0] == 200
    assert story.ticket("1")["history"][-1]["what"] == "opened"
    for _ in range(2):
        status, text = page(url, ask="escalate")
        assert status == 200 and "Руководитель поддержки получил вашу просьбу" in text
    assert [one["what"] for one in story.ticket("1")["history"]].count("escalated") == 1
    told = story.gets(HEAD, 1)
    assert "AS-000001" in told.mail["Subject"]


def a_call_is_logged_with_its_recording(story: Story, folder: Path) -> None:
    sound = folder / "созвон.ogg"
    sound.write_bytes(sounds.opus())
    story.desk.says("tickets", "time", "1", "0:30", "call", "--recording", str(sound))
    (spent,) = story.ticket("1")["time"]
    assert (spent["seconds"], spent["recordings"][0]["name"]) == (1800, "созвон.ogg")


def thanks_close_nothing_anew(story: Story, invitation: str) -> None:
    thanks = "Спасибо большое, всё заработало!\n\nС уважением,\nОльга Кравец"
    subject = "Re: [#AS-000001] Оцените, пожалуйста, нашу работу"
    story.sends(letter(OLGA, thanks, subject=subject, answers=invitation))
    story.desk.settled()
    ticket = story.ticket("1")
    assert ticket["state"] == "closed"
    assert ticket["messages"][-1]["new_text"].startswith("Спасибо большое")
    assert (ticket["history"][-1]["what"], ticket["history"][-1]["who"]) == ("thanked", OLGA)


def on_the_page_it_is_reopened(story: Story, url: str) -> None:
    assert "Вернуть в работу" in page(url)[1]
    status, text = page(url, ask="reopen")
    assert status == 200 and "Обращение снова в работе" in text
    ticket = story.ticket("1")
    assert (ticket["state"], ticket["history"][-1]["what"]) == ("open", "reopened")
    assert ticket["closures"][0]["withdrawn_at"] is not None
