"""The one error of every carrier."""


class DeliveryError(Exception):
    """A delivery failed.

    `permanent`: trying again is of no use. `retry_after`: the least pause in seconds before the next try, 0
    if the usual one will do.
    `channel`: nothing of this one delivery's doing; the whole channel (the relay, its credentials) failed.
    `exact`: `retry_after` is what the other side asked for, no more and no less.
    `unknown`: it may have arrived all the same, for the answer was lost.
    `policy`: the other side refused the mail as such and not its recipient, as it may refuse all of ours.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: float = 0.0,
        channel: bool = False,
        policy: bool = False,
        exact: bool = False,
        unknown: bool = False,
    ) -> None:
        super().__init__(reason)
        self.exact = exact
        self.unknown = unknown
        self.policy = policy
        self.permanent = permanent
        self.retry_after = retry_after
        self.channel = channel
