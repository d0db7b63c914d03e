"""Which ticket's place is brought up to date next: in each chat one at a time, the oldest deadline first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

PAUSES = (5.0, 15.0, 30.0, 60.0)  # seconds before a ticket that failed is tried again, by its failures


@dataclass(frozen=True, slots=True)
class Task:
    """A ticket to be looked at. `refresh`: nothing new is to be said, only its card grew old.

    `not_before`: the loop's time. `failures`: in a row. `serial`: grows with each change, so that
    one that comes while the ticket is in hand is not forgotten.
    """

    ticket_id: int
    chat_id: int
    due_at: datetime
    refresh: bool = False
    not_before: float = 0.0
    failures: int = 0
    serial: int = 0

    @property
    def urgency(self) -> tuple[bool, datetime, int]:
        """The least comes first."""
        return self.refresh, self.due_at, self.ticket_id


class Backlog:
    """The tickets whose place may not be up to date."""

    def __init__(self) -> None:
        self._tasks: dict[int, Task] = {}

    def add(self, tasks: Iterable[Task]) -> None:
        """These tickets have changed. One that waits after a failure goes on waiting."""
        for task in tasks:
            known = self._tasks.get(task.ticket_id)
            if known is not None:
                task = replace(
                    task, refresh=task.refresh and known.refresh, not_before=known.not_before,
                    failures=known.failures, serial=known.serial + 1,
                )  # fmt: skip
            self._tasks[task.ticket_id] = task

    def chats(self) -> set[int]:
        """The chats in which something waits."""
        return {task.chat_id for task in self._tasks.values()}

    def of(self, chat_id: int) -> list[int]:
        """The tickets that wait in a chat."""
        return [task.ticket_id for task in self._tasks.values() if task.chat_id == chat_id]

    def next(self, chat_id: int, now: float) -> Task | None:
        """The most urgent ticket of a chat, None when all of them are left alone for now."""
        tasks = self._tasks.values()
        ready = (task for task in tasks if task.chat_id == chat_id and task.not_before <= now)
        return min(ready, key=lambda task: task.urgency, default=None)

    def done(self, task: Task) -> None:
        """All of a ticket is shown, unless it has changed meanwhile."""
        known = self._tasks.get(task.ticket_id)
        if known is not None and known.serial == task.serial:
            del self._tasks[task.ticket_id]

    def stepped(self, task: Task) -> None:
        """A step succeeded, and there may be more of it."""
        known = self._tasks.get(task.ticket_id)
        if known is not None and known.failures:
            self._tasks[task.ticket_id] = replace(known, failures=0)

    def put_off(self, task: Task, until: float, *, failed: bool) -> None:
        """Leave a ticket alone until a moment of the loop's time."""
        known = self._tasks.get(task.ticket_id)
        if known is not None:
            failures = known.failures + failed
            self._tasks[task.ticket_id] = replace(known, not_before=until, failures=failures)

    def pause(self, task: Task) -> float:
        """For how many seconds a ticket is left alone that has failed just now."""
        known = self._tasks.get(task.ticket_id, task)
        return PAUSES[min(known.failures, len(PAUSES) - 1)]
