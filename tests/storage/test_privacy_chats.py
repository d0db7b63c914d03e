"""A person in Telegram: his chats, codes and what he pressed are handed out to him and erased with him."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from storage.chat_models import Bot, Chat, Code, Post
from storage.chats import change_chat
from storage.codes import new_code
from storage.directory import add_unregistered, link_address
from storage.faq_models import Offer
from storage.files import FileStore
from storage.inbox import Arrival, Inbox
from storage.models import Entry, EntryState
from storage.offers import CHAT, NewOffer, note_offers
from storage.posts import CLIENTS, NewPost, note_post
from storage.privacy.erasure import erase
from storage.privacy.export import kept_of
from tests.desk_on_disk import NOW, DeskOnDisk

BOT, OLGA, IVAN = 71000001, 1001, 1002


async def a_person(desk: DeskOnDisk, folder: Path, who: int) -> None:
    """Somebody with a chat, a message there, a code on its way, and a button pressed."""

    async def unit() -> None:
        client = await add_unregistered(f"tg:{who}", "ru", NOW)
        await change_chat(CLIENTS, who, client_id=client.id, expects={"link": {"what": "code"}})
        await note_post(NewPost(CLIENTS, who, 7, NOW, incoming=True))
        await note_offers([NewOffer("refund", CHAT, "ru", NOW, client.id, chat_id=who, message_id=7)])
        await new_code("link", f"{who}@client.example", f"tg:{who}", NOW, timedelta(minutes=30))

    await desk.database.writer.run(unit)
    for how in ("", "pressed"):
        conversation = sha256(f"{BOT}:{who}::{how}".encode()).hexdigest()
        body = b'{"message": {"text": "%d@client.example"}}' % who
        await Inbox(desk.database, FileStore(folder / "files"), chats=True).record(
            Arrival(f"{who}{how}", "telegram", conversation, {"bot": "clients"}, body, NOW)
        )
    await Entry.all().update(state=EntryState.DONE)


async def two_people(desk: DeskOnDisk, folder: Path) -> None:
    await Bot.create(name="clients", bot_id=BOT)
    await a_person(desk, folder, OLGA)
    await a_person(desk, folder, IVAN)


async def test_he_gets_his_chats_codes_and_updates_and_nobody_elses(desk: DeskOnDisk, tmp_path: Path) -> None:
    await two_people(desk, tmp_path)
    kept = await kept_of("tg:1001")
    assert kept is not None
    assert [row["chat_id"] for row in kept.in_chats["chats"]] == [OLGA]
    assert [row["message_id"] for row in kept.in_chats["chat_messages"]] == [7]
    assert [row["subject"] for row in kept.in_chats["codes"]] == ["1001@client.example"]
    assert "digest" not in kept.in_chats["codes"][0]
    assert [row["entry"] for row in kept.in_chats["faq_offers"]] == ["refund"]
    assert len(kept.entries) == 2


async def test_his_chats_codes_and_updates_are_erased_and_nobody_elses(
    desk: DeskOnDisk, tmp_path: Path
) -> None:
    await two_people(desk, tmp_path)
    await erase(desk.database, "tg:1001", "admin", NOW)
    assert [row.chat_id for row in await Chat.all()] == [IVAN]
    assert [row.chat_id for row in await Post.all()] == [IVAN]
    assert [row.holder for row in await Code.all()] == ["tg:1002"]
    offers = await Offer.all().order_by("id")
    assert [row.chat_id for row in offers] == [None, IVAN]
    assert [row.client_id is None for row in offers] == [True, False]
    assert [row.entry for row in offers] == ["refund", "refund"], "figures stay"
    bodies = [row.body for row in await Entry.all() if row.body]
    assert len(bodies) == 2
    assert all(b"1002" in body for body in bodies)


async def test_who_linked_his_address_is_found_by_either(desk: DeskOnDisk, tmp_path: Path) -> None:
    await two_people(desk, tmp_path)
    await desk.database.writer.run(lambda: add_unregistered("olga@client.example", "ru", NOW))
    await desk.database.writer.run(lambda: link_address("tg:1001", "olga@client.example", NOW))
    by_mail, by_chat = await kept_of("olga@client.example"), await kept_of("tg:1001")
    assert by_mail is not None
    assert by_chat is not None
    assert by_mail.person == by_chat.person
    assert set(by_mail.person.addresses) == {"tg:1001", "olga@client.example"}
    await erase(desk.database, "olga@client.example", "admin", NOW)
    assert await kept_of("tg:1001") is None
