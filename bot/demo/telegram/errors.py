"""What the Bot API answers when it refuses, worded as the real server words it."""

from typing import Any


class ApiError(Exception):
    """A refusal: `code` is HTTP's status and the error_code, `parameters` what comes with it."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        told: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return told | ({"parameters": self.parameters} if self.parameters else {})


class Misused(ApiError):
    """A request that no version of the Bot API takes: a mistake in our program, never the world's doing."""


def bad(text: str, **parameters: Any) -> ApiError:
    """400: what was asked for can't be."""
    return ApiError(400, f"Bad Request: {text}", **parameters)


def misused(text: str) -> Misused:
    """400 for a parameter that is unknown, of another type, or missing."""
    return Misused(400, f"Bad Request: {text}")


def forbidden(text: str) -> ApiError:
    """403: the bot may not write there."""
    return ApiError(403, f"Forbidden: {text}")


def too_many(seconds: int) -> ApiError:
    """429: wait so many seconds."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
