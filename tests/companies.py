"""A company in the directory, with its contracts and its people, for tests that need one."""

from dataclasses import replace
from datetime import date, datetime

from desk.entitlement import Offering
from desk.products import Product
from storage.database import Database
from storage.directory import Directory
from storage.directory_models import Company, Contract
from storage.models import Client
from tests.desk_on_disk import INTAKE as _INTAKE
from tests.desk_on_disk import LEVELS as _LEVELS
from tests.desk_on_disk import MAIN, NOW
from tests.desk_on_disk import VERBS as _VERBS

_GENERAL, _STANDARD, _URGENT = _LEVELS


async def a_company(
    database: Database,
    *contracts: tuple[str, str | None, str],
    curator: str = "",
    address: str = "olga@client.example",
    now: datetime = NOW,
) -> int:
    """A company whose contracts are (first day, last day, plan), with one registered client; its id."""
    client = await Directory(database).add(address, "Ольга Николаевна", "ru", now)
    company = await Company.create(
        registration=f"R-{client.id}", name="ООО «Нива»", curator=curator, created_at=now
    )
    for begins, ends, plan in contracts:
        await Contract.create(
            company_id=company.id,
            plan=plan,
            valid_from=date.fromisoformat(begins),
            valid_to=date.fromisoformat(ends) if ends else None,
        )
    await Client.filter(id=client.id).update(company_id=company.id)
    return int(company.id)


# Levels in the form that a new desk has them, two products, and three agents.
UCHET = Product("uchet", "АгроУчёт", ("Agro Uchet",), ("3.2", "3.3"), "https://agro.example/update")
OFFERING = Offering(
    MAIN.timezone, products=(UCHET,), agents={"Анна": "main", "Борис": "main", "Вера": "main"}
)
LEVELS = (
    replace(_GENERAL, when=({"contract_valid": False}, {"covered": False})),
    replace(_STANDARD, when={}),
    _URGENT,
)
INTAKE = replace(_INTAKE, levels=LEVELS, offering=OFFERING)
VERBS = replace(_VERBS, levels=LEVELS, offering=OFFERING)
