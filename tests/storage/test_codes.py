"""One-time codes: who has one may use it once, in time and in five tries; the database can't tell it."""

from datetime import datetime, timedelta

from storage.chat_models import Code
from storage.codes import TRIES, Made, can_still_try, made_since, new_code, use_code
from storage.database import Database
from tests.storage.conftest import NOW

LASTS = timedelta(minutes=30)
OLGA, PETER = "tg:1", "tg:2"
SUBJECT = "olga@client.example"


async def _new(database: Database, subject: str = SUBJECT, holder: str = OLGA, at: datetime = NOW) -> str:
    return await database.writer.run(lambda: new_code("link", subject, holder, at, LASTS))


async def _use(
    database: Database, code: str, holder: str = OLGA, at: datetime = NOW, purpose: str = "link"
) -> str | None:
    return await database.writer.run(lambda: use_code(purpose, holder, code, at))


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


async def test_a_code_gives_its_subject_once(database: Database) -> None:
    code = await _new(database)
    assert await _use(database, code) == SUBJECT
    assert await _use(database, code) is None


async def test_spaces_and_hyphens_in_what_is_typed_do_not_matter(database: Database) -> None:
    code = await _new(database)
    assert await _use(database, f" {code[:4]}-{code[4:6]} {code[6:]}\n") == SUBJECT


async def test_another_holder_or_purpose_gets_nothing_by_it(database: Database) -> None:
    code = await _new(database)
    assert await _use(database, code, holder=PETER) is None
    assert await _use(database, code, purpose="enrol") is None
    assert await _use(database, code) == SUBJECT


async def test_a_code_is_good_until_it_expires(database: Database) -> None:
    code, other = await _new(database), await _new(database, holder=PETER)
    assert await _use(database, code, at=NOW + LASTS) is None
    assert await _use(database, other, PETER, NOW + LASTS - timedelta(seconds=1)) == SUBJECT


async def test_after_five_wrong_tries_the_right_code_is_refused_too(database: Database) -> None:
    code = await _new(database)
    for _ in range(TRIES):
        assert await can_still_try("link", OLGA, NOW)
        assert await _use(database, _wrong(code)) is None
    assert not await can_still_try("link", OLGA, NOW)
    assert await _use(database, code) is None


async def test_the_last_of_five_tries_still_counts(database: Database) -> None:
    code = await _new(database)
    for _ in range(TRIES - 1):
        assert await _use(database, _wrong(code)) is None
    assert await _use(database, code) == SUBJECT


async def test_a_new_code_ends_the_holders_earlier_one_and_no_other(database: Database) -> None:
    first, theirs = await _new(database), await _new(database, holder=PETER)
    second = await _new(database)
    assert await _use(database, first) is None
    assert await _use(database, second) == SUBJECT
    assert await _use(database, theirs, PETER) == SUBJECT


async def test_nobody_can_use_up_the_tries_of_a_code_without_a_holder(database: Database) -> None:
    anna, boris = await _new(database, "Анна", ""), await _new(database, "Борис", "")
    assert len(anna) == 20
    for _ in range(2 * TRIES):
        assert await _use(database, "0" * 20, "") is None
    assert await _use(database, boris.upper(), "") == "Борис"
    assert await _use(database, anna, "") == "Анна"


async def test_the_database_keeps_no_code(database: Database) -> None:
    code = await _new(database)
    (row,) = await Code.all().values()
    assert code not in repr(row)


async def test_codes_made_lately_are_counted_for_holder_and_subject(database: Database) -> None:
    await _new(database, at=NOW - timedelta(hours=2))
    await _new(database)
    await _new(database, "peter@client.example")
    await _new(database, holder=PETER)
    made = await made_since("link", SUBJECT, OLGA, NOW - timedelta(hours=1))
    assert made == Made(for_holder=2, for_subject=2)
