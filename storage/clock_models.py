"""The tables of a ticket's clocks: when they stood still, its stages, and by what calendars they count."""

from tortoise import fields
from tortoise.models import Model

from storage.models import Ticket


class Pause(Model):
    """A time for which a ticket's clocks stand still, and its state meanwhile; `until` None: it goes on."""

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "otklik.Ticket", related_name="pauses", on_delete=fields.CASCADE
    )
    ticket_id: int
    state = fields.CharField(max_length=12)
    since = fields.DatetimeField()
    until = fields.DatetimeField(null=True)

    class Meta:
        table = "pauses"


class Stage(Model):
    """A stay of an improvement in one of its stages."""

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "otklik.Ticket", related_name="stages", on_delete=fields.CASCADE
    )
    ticket_id: int
    stage = fields.CharField(max_length=20)
    entered_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "stages"


class CountedCalendar(Model):
    """A calendar or promise by which open deadlines were counted last; `digest`: of all that it says."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=100, unique=True)
    digest = fields.CharField(max_length=64)
    counted_at = fields.DatetimeField()

    class Meta:
        table = "counted_calendars"
