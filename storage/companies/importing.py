"""Whole files of companies: staged, compared with what is there, and merged all at once or not at all."""

# ruff: noqa: S608 - the statements are put together of our own words alone

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime

from storage.bulk import Bulk

AUTHOR = "import"  # of notes that came with a file


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company as a file gives it. `line`: where it stands there. `products`: key, version, registration."""

    line: int
    registration: str
    name: str
    level: str = ""
    plan: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    curator: str = ""
    domains: Sequence[str] = ()
    products: Sequence[tuple[str, str, str]] = ()
    lines: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """A row that contradicts another one, or what is there; `allowed` says with which, too."""

    line: int
    column: str
    found: str
    allowed: str


async def clashes_in(
    bulk: Bulk, checks: Sequence[tuple[str, str, str]], most: int
) -> tuple[list[Clash], int]:
    """What `checks` find: for each a column, what is allowed there, and SQL for line, found and `{other}`."""
    found, count = list[Clash](), 0
    for column, allowed, sql in checks:
        rows = await bulk.rows(sql)
        count += len(rows)
        found += [
            Clash(int(line), column, str(what), allowed.format(other=other))
            for line, what, other in rows[:most]
        ]
    return sorted(found, key=lambda one: one.line)[:most], count


@dataclass(frozen=True, slots=True)
class Merged:
    """How many rows were, or would be, added, changed, and left as they were."""

    added: int
    changed: int
    unchanged: int


@dataclass(slots=True)
class CompaniesImport:
    """One import. `columns`: those that the file has; what is kept under others stays as it is.

    A contract is known by the day on which it begins; those that the file does not name stay. Domains,
    products and lines are what the file says; notes are added to those that are there.
    """

    bulk: Bulk
    columns: AbstractSet[str]

    async def begin(self) -> None:
        """Make the TEMP tables."""
        for name, columns in _TABLES.items():
            await self.bulk.run(f"CREATE TEMP TABLE {name} ({columns})")

    async def add(self, rows: Sequence[CompanyRow]) -> None:
        """Stage rows."""
        companies = [
            (r.line, r.registration, r.name, r.level, r.plan, r.valid_from, r.valid_to, r.curator)
            for r in rows
        ]
        await self.bulk.add("companies_in", _COMPANY, companies)
        domains = [(r.line, r.registration, one) for r in rows for one in r.domains]
        await self.bulk.add("domains_in", ("line", "registration", "domain"), domains)
        products = [(r.line, r.registration, *one) for r in rows for one in r.products]
        await self.bulk.add("products_in", ("line", "registration", "product", "version", "number"), products)
        lines = [(r.line, r.registration, one) for r in rows for one in r.lines]
        await self.bulk.add("lines_in", ("line", "registration", "support"), lines)
        notes = [(r.line, r.registration, one) for r in rows for one in r.notes]
        await self.bulk.add("notes_in", ("line", "registration", "text"), notes)

    async def clashes(self, most: int) -> tuple[list[Clash], int]:
        """The first `most` contradictions, by line, and how many there are."""
        for name in _TABLES:
            await self.bulk.run(f"CREATE INDEX IF NOT EXISTS {name}_registration ON {name} (registration)")
            await self.bulk.look_at(name)
        await self.bulk.run("CREATE INDEX IF NOT EXISTS domains_in_domain ON domains_in (domain)")
        return await clashes_in(self.bulk, _CLASHES, most)

    async def compare(self) -> Merged:
        """What would become of the rows."""
        await self.bulk.run(
            "UPDATE companies_in SET company_id ="
            " (SELECT c.id FROM companies c WHERE c.registration = companies_in.registration)"
        )
        await self.bulk.run(
            "UPDATE companies_in SET kind = CASE WHEN company_id IS NULL THEN 'new' ELSE 'same' END"
        )
        terms = "".join(_SAME_TERM[term] for term in _TERMS if term in self.columns)
        differs = " OR ".join(
            f"({sql.format(terms=terms)})"
            for columns, sql in _DIFFERENCES
            if not columns or columns & self.columns
        )
        await self.bulk.run(f"UPDATE companies_in SET kind = 'changed' WHERE kind = 'same' AND ({differs})")
        await self.bulk.look_at("companies_in")
        counts = dict(await self.bulk.rows("SELECT kind, COUNT(*) FROM companies_in GROUP BY kind"))
        return Merged(*(int(counts.get(kind, 0)) for kind in ("new", "changed", "same")))

    async def merge(self, now: datetime) -> None:
        """Change the tables, in one transaction; `now` is UTC. Raises Overtaken, and changes nothing then."""

        async def unit() -> None:
            for columns, sql in _MERGE:
                if not columns or columns & self.columns:
                    moments = [now] * sql.count("?")
                    await self.bulk.run(sql, *moments)
                    if sql == _ADD:  # what follows refers to them
                        await self.bulk.look_at("companies")

        await self.bulk.merge(unit)


_COMPANY = ("line", "registration", "name", "level", "plan", "valid_from", "valid_to", "curator")
_TABLES = {
    "companies_in": """line BIGINT, registration TEXT, name TEXT, level TEXT, plan TEXT, valid_from DATE,
        valid_to DATE, curator TEXT, company_id BIGINT, kind TEXT""",
    "domains_in": "line BIGINT, registration TEXT, domain TEXT",
    "products_in": "line BIGINT, registration TEXT, product TEXT, version TEXT, number TEXT",
    "lines_in": "line BIGINT, registration TEXT, support TEXT",
    "notes_in": "line BIGINT, registration TEXT, text TEXT",
}

ELSEWHERE = "what stands in no other row (it does in {other})"
_CLASHES = (
    (
        "registration",
        ELSEWHERE,
        """SELECT s.line, s.registration, 'line ' || f.line FROM companies_in s JOIN
            (SELECT registration, MIN(line) AS line FROM companies_in GROUP BY registration
            HAVING COUNT(*) > 1) f
            ON f.registration = s.registration WHERE s.line > f.line ORDER BY s.line""",
    ),
    (
        "domains",
        ELSEWHERE,
        """SELECT s.line, s.domain, 'line ' || f.line FROM domains_in s JOIN
            (SELECT domain, MIN(line) AS line FROM domains_in GROUP BY domain
            HAVING COUNT(DISTINCT registration) > 1) f
            ON f.domain = s.domain WHERE s.line > f.line ORDER BY s.line""",
    ),
    (
        "domains",
        "a domain of no other company (it is one of {other})",
        """SELECT s.line, s.domain, o.registration FROM domains_in s
            JOIN company_domains d ON d.domain = s.domain JOIN companies o ON o.id = d.company_id
            WHERE o.registration <> s.registration
            AND NOT EXISTS (SELECT 1 FROM companies_in t WHERE t.registration = o.registration)
            ORDER BY s.line""",
    ),
)

_HERS = "s.registration = companies_in.registration"
# What of a row differs from what is there, by the columns that tell it.
_DIFFERENCES: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset(),
        """EXISTS (SELECT 1 FROM companies c WHERE c.id = companies_in.company_id
            AND c.name <> companies_in.name)""",
    ),
    (
        frozenset({"curator"}),
        """EXISTS (SELECT 1 FROM companies c WHERE c.id = companies_in.company_id
            AND c.curator <> companies_in.curator)""",
    ),
    (
        frozenset({"valid_from"}),
        """valid_from IS NOT NULL AND NOT EXISTS (SELECT 1 FROM contracts k
            WHERE k.company_id = companies_in.company_id
            AND k.valid_from = companies_in.valid_from{terms})""",
    ),
    (
        frozenset({"domains"}),
        f"""EXISTS (SELECT 1 FROM domains_in s WHERE {_HERS} AND NOT EXISTS (SELECT 1 FROM company_domains d
            WHERE d.company_id = companies_in.company_id AND d.domain = s.domain))
        OR EXISTS (SELECT 1 FROM company_domains d WHERE d.company_id = companies_in.company_id
            AND NOT EXISTS (SELECT 1 FROM domains_in s WHERE {_HERS} AND s.domain = d.domain))""",
    ),
    (
        frozenset({"products"}),
        f"""EXISTS (SELECT 1 FROM products_in s WHERE {_HERS} AND NOT EXISTS (SELECT 1 FROM company_products p
            WHERE p.company_id = companies_in.company_id AND p.product = s.product AND p.version = s.version
            AND p.registration = s.number))
        OR EXISTS (SELECT 1 FROM company_products p WHERE p.company_id = companies_in.company_id
            AND NOT EXISTS (SELECT 1 FROM products_in s WHERE {_HERS} AND s.product = p.product))""",
    ),
    (
        frozenset({"lines"}),
        f"""EXISTS (SELECT 1 FROM lines_in s WHERE {_HERS} AND NOT EXISTS (SELECT 1 FROM company_lines l
            WHERE l.company_id = companies_in.company_id AND l.line = s.support
            AND l.disconnected_at IS NULL))
        OR EXISTS (SELECT 1 FROM company_lines l WHERE l.company_id = companies_in.company_id
            AND l.disconnected_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM lines_in s WHERE {_HERS} AND s.support = l.line))""",
    ),
    (
        frozenset({"note"}),
        f"""EXISTS (SELECT 1 FROM notes_in s WHERE {_HERS} AND NOT EXISTS (SELECT 1 FROM company_notes n
            WHERE n.company_id = companies_in.company_id AND n.text = s.text))""",
    ),
)
# Terms of a contract that are compared and changed if the file has them.
_TERMS = ("level", "plan", "valid_to")
_SAME_TERM = {
    "level": " AND k.level = companies_in.level",
    "plan": " AND k.plan = companies_in.plan",
    "valid_to": """ AND (k.valid_to = companies_in.valid_to
        OR k.valid_to IS NULL AND companies_in.valid_to IS NULL)""",
}

_CHANGED = "SELECT company_id FROM companies_in WHERE kind = 'changed'"
_IN = "JOIN companies_in s ON s.registration = i.registration AND s.kind <> 'same'"
_ADD = """INSERT INTO companies (registration, name, curator, created_at)
    SELECT registration, name, curator, ? FROM companies_in WHERE kind = 'new' ORDER BY line"""
_MERGE: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(), _ADD),
    (
        frozenset(),
        """UPDATE companies_in SET company_id =
            (SELECT c.id FROM companies c WHERE c.registration = companies_in.registration)
            WHERE kind = 'new'""",
    ),
    (
        frozenset(),
        """UPDATE companies SET name = s.name FROM companies_in s
            WHERE s.company_id = companies.id AND s.kind = 'changed'""",
    ),
    (
        frozenset({"curator"}),
        """UPDATE companies SET curator = s.curator FROM companies_in s
            WHERE s.company_id = companies.id AND s.kind = 'changed'""",
    ),
    *(
        (
            frozenset({term}),
            f"""UPDATE contracts SET {term} = s.{term} FROM companies_in s
            WHERE s.company_id = contracts.company_id AND s.valid_from = contracts.valid_from
            AND s.kind = 'changed'""",
        )
        for term in _TERMS
    ),
    (
        frozenset({"valid_from"}),
        """INSERT INTO contracts (company_id, level, plan, valid_from, valid_to)
            SELECT s.company_id, s.level, s.plan, s.valid_from, s.valid_to FROM companies_in s
            WHERE s.kind <> 'same' AND s.valid_from IS NOT NULL AND NOT EXISTS (SELECT 1 FROM contracts k
            WHERE k.company_id = s.company_id AND k.valid_from = s.valid_from) ORDER BY s.line""",
    ),
    (
        frozenset({"domains"}),
        f"""DELETE FROM company_domains WHERE company_id IN ({_CHANGED})
            AND NOT EXISTS (SELECT 1 FROM domains_in i {_IN}
            WHERE s.company_id = company_domains.company_id AND i.domain = company_domains.domain)""",
    ),
    (
        frozenset({"domains"}),
        f"""INSERT INTO company_domains (company_id, domain)
            SELECT s.company_id, i.domain FROM domains_in i {_IN}
            WHERE NOT EXISTS (SELECT 1 FROM company_domains d
            WHERE d.company_id = s.company_id AND d.domain = i.domain)""",
    ),
    (
        frozenset({"products"}),
        f"""DELETE FROM company_products WHERE company_id IN ({_CHANGED})
            AND NOT EXISTS (SELECT 1 FROM products_in i {_IN}
            WHERE s.company_id = company_products.company_id AND i.product = company_products.product
            AND i.version = company_products.version AND i.number = company_products.registration)""",
    ),
    (
        frozenset({"products"}),
        f"""INSERT INTO company_products (company_id, product, version, registration)
            SELECT s.company_id, i.product, i.version, i.number FROM products_in i {_IN}
            WHERE NOT EXISTS (SELECT 1 FROM company_products p
            WHERE p.company_id = s.company_id AND p.product = i.product)""",
    ),
    (
        frozenset({"lines"}),
        f"""UPDATE company_lines SET disconnected_at = ? WHERE disconnected_at IS NULL
            AND company_id IN ({_CHANGED}) AND NOT EXISTS (SELECT 1 FROM lines_in i {_IN}
            WHERE s.company_id = company_lines.company_id AND i.support = company_lines.line)""",
    ),
    (
        frozenset({"lines"}),
        f"""INSERT INTO company_lines (company_id, line, connected_at)
            SELECT s.company_id, i.support, ? FROM lines_in i {_IN}
            WHERE NOT EXISTS (SELECT 1 FROM company_lines l
            WHERE l.company_id = s.company_id AND l.line = i.support AND l.disconnected_at IS NULL)""",
    ),
    (
        frozenset({"note"}),
        f"""INSERT INTO company_notes (company_id, author, text, at)
            SELECT s.company_id, '{AUTHOR}', i.text, ? FROM notes_in i {_IN}
            WHERE NOT EXISTS (SELECT 1 FROM company_notes n
            WHERE n.company_id = s.company_id AND n.text = i.text) ORDER BY i.line""",
    ),
)
