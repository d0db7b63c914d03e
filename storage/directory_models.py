"""The tables of the directory beside clients: companies, their contracts, products, lines and notes."""

from tortoise import fields
from tortoise.models import Model


class Company(Model):
    """Whom a contract is with. `registration` is the number by which its product is registered.

    `curator`: the agent who answers for its requests.
    """

    id = fields.BigIntField(primary_key=True)
    registration = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=200)
    curator = fields.CharField(max_length=200, default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "companies"


class Contract(Model):
    """The certificate that entitles to support; both days are included, None is without end."""

    id = fields.BigIntField(primary_key=True)
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "otklik.Company", related_name="contracts", on_delete=fields.CASCADE
    )
    company_id: int
    level = fields.CharField(max_length=40, default="")
    plan = fields.CharField(max_length=40, default="")
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)

    class Meta:
        table = "contracts"


class CompanyDomain(Model):
    """A mail domain from which a company's people write; by it an unknown one is suggested, never linked."""

    id = fields.BigIntField(primary_key=True)
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "otklik.Company", related_name="domains", on_delete=fields.CASCADE
    )
    company_id: int
    domain = fields.CharField(max_length=253, unique=True)

    class Meta:
        table = "company_domains"


class CompanyProduct(Model):
    """A product that a company uses, by its key in the configuration."""

    id = fields.BigIntField(primary_key=True)
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "otklik.Company", related_name="products", on_delete=fields.CASCADE
    )
    company_id: int
    product = fields.CharField(max_length=40)
    registration = fields.CharField(max_length=64, default="")
    version = fields.CharField(max_length=40, default="")

    class Meta:
        table = "company_products"


class CompanyLine(Model):
    """Since when, and until when, a company is connected to a line."""

    id = fields.BigIntField(primary_key=True)
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "otklik.Company", related_name="lines", on_delete=fields.CASCADE
    )
    company_id: int
    line = fields.CharField(max_length=40)
    connected_at = fields.DatetimeField()
    disconnected_at = fields.DatetimeField(null=True)

    class Meta:
        table = "company_lines"


class CompanyNote(Model):
    """What is known of a company's set-up; agents write and read it."""

    id = fields.BigIntField(primary_key=True)
    company: fields.ForeignKeyRelation[Company] = fields.ForeignKeyField(
        "otklik.Company", related_name="notes", on_delete=fields.CASCADE
    )
    company_id: int
    author = fields.CharField(max_length=200)
    text = fields.TextField()
    at = fields.DatetimeField()

    class Meta:
        table = "company_notes"
