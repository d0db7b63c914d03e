"""A confirmation links to the entries that may answer the request; each link is counted."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from desk.faq.entries import Suggestion, Told
from intake import requests
from replies.compose import Desk as Letters
from replies.compose import compose
from replies.languages import Languages
from storage.faq_models import Offer
from storage.inbox import Arrival, arrival_key
from storage.models import Delivery
from tests.desk_on_disk import INTAKE, LEVELS, MAIN, NOW, DeskOnDisk, mail

LINKED = Suggestion(
    "refund", 1.2,
    {"ru": Told("Возврат товара", "Текст", "https://help.example/ru"), "fi": Told("Palautus", "Teksti", "")},
)  # fmt: skip
UNLINKED = Suggestion("stock", 1.0, {"ru": Told("Склад", "Текст")})
LETTERS = Letters(
    "АгроСофт", "support@example.org", "ru", "http://desk", ZoneInfo("Europe/Moscow"), {"main": MAIN},
    {level.key: level for level in LEVELS},
)  # fmt: skip


async def receives(desk: DeskOnDisk, text: str, *found: Suggestion, serial: str = "1") -> requests.Outcome:
    body = f"{text} {serial}".encode()
    arrival = Arrival(arrival_key(["support@example.org"], body), "smtp", "conversation", {}, body, NOW)
    await desk.inbox.record(arrival)
    (entry,) = await desk.inbox.claim(1, NOW + timedelta(seconds=1))
    incoming = mail(text)
    return await desk.database.writer.run(lambda: requests.take_in(entry, incoming, INTAKE, NOW, found))


async def counted() -> list[tuple[str, str, int | None]]:
    return [(one.entry, one.place, one.ticket_id) for one in await Offer.all().order_by("id")]


async def test_it_links_to_what_has_an_address_and_counts_it(desk: DeskOnDisk) -> None:
    await receives(desk, "Как вернуть товар?", LINKED, UNLINKED)
    facts = (await Delivery.get(kind="confirmation")).facts
    letter = compose(
        "confirmation",
        "ru",
        {**facts, "number": "AS-000001", "ticket_url": "/ticket/x"},
        LETTERS,
        Languages(),
    )
    assert (
        "Возможно, ответ найдётся раньше здесь:\n\nВозврат товара: https://help.example/ru\n" in letter.text
    )
    assert '<a href="https://help.example/ru" style="color:#0b5cad">Возврат товара</a>' in letter.html
    assert "Склад" not in letter.text
    assert await counted() == [("refund", "confirmation", 1)]


async def test_what_goes_on_a_ticket_offers_nothing(desk: DeskOnDisk) -> None:
    await receives(desk, "Как вернуть товар?")
    facts = (await Delivery.get(kind="confirmation")).facts
    assert facts["faq"] == []
    assert await counted() == []


async def test_a_confirmation_that_is_not_sent_offers_nothing(desk: DeskOnDisk) -> None:
    for serial in range(INTAKE.confirmations_per_hour):
        await receives(desk, f"Вопрос {serial}")
    await receives(desk, "Как вернуть товар?", LINKED)
    assert await counted() == []
