"""What a client has said towards its next message, and what it is answered. No input or output."""

from intake.listener.envelope import (
    OurAddresses,
    Refused,
    check_sender_parameters,
    read_name,
    read_path,
)

MAX_RECIPIENTS = 100  # RFC 5321 §4.5.3.1.8


class Transaction:
    """HELO, MAIL and RCPT in their order. Its methods return the reply, or raise Refused with it."""

    __slots__ = ("_max_message_bytes", "_ours", "_sender", "helo", "recipients")

    def __init__(self, ours: OurAddresses, max_message_bytes: int) -> None:
        self._ours = ours
        self._max_message_bytes = max_message_bytes
        self.helo = ""
        self._sender: str | None = None
        self.recipients: list[str] = []
        """As given, one for each RCPT that got 250."""

    @property
    def sender(self) -> str:
        """The address of MAIL, empty for the null sender."""
        return self._sender or ""

    def reset(self) -> None:
        """Forget sender and recipients."""
        self._sender = None
        self.recipients = []

    def greet(self, argument: str) -> None:
        """HELO, EHLO or LHLO: begin anew (RFC 5321 §4.1.4)."""
        self.helo = read_name(argument)
        self.reset()

    def mail(self, argument: str) -> str:
        """MAIL FROM."""
        if not self.helo:
            raise Refused("503 5.5.1 Greet first")
        if self._sender is not None:
            raise Refused("503 5.5.1 One MAIL at a time")
        path = read_path("FROM:", argument)
        check_sender_parameters(path.parameters, self._max_message_bytes)
        self._sender = path.address
        return "250 2.1.0 OK"

    def rcpt(self, argument: str) -> str:
        """RCPT TO."""
        if self._sender is None:
            raise Refused("503 5.5.1 MAIL first")
        path = read_path("TO:", argument)
        self._ours.check(path.address)
        if path.parameters:
            raise Refused("555 5.5.4 Unknown RCPT parameter")
        if len(self.recipients) >= MAX_RECIPIENTS:
            raise Refused("452 4.5.3 Too many recipients in one go")
        self.recipients.append(path.address)
        return "250 2.1.5 OK"

    def check_data(self, argument: str) -> None:
        """Whether DATA may come now."""
        if argument:
            raise Refused("501 5.5.4 DATA takes no argument")
        if not self.recipients:
            raise Refused("503 5.5.1 RCPT first")
