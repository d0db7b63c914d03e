"""What no person wrote, and what only looks so."""

from typing import Any

MACHINES: dict[str, dict[str, Any]] = {
    "absence-notice-answered-by-a-person": {"refusal": None, "auto_reply": False},
    "absence-notice-without-header": {"refusal": "auto-reply", "auto_reply": True, "bounce": False},
    "bounce-forwarded-by-a-person": {"refusal": None, "bounce": False},
    "bounce-of-exim-from-a-person-like-sender": {"refusal": "bounce", "bounce": True},
    "bounce-of-qmail-without-structure": {"refusal": "bounce", "bounce": True},
    "bounce-report": {"refusal": "bounce", "bounce": True, "auto_reply": False},
    "list-announcement": {"refusal": "list", "auto_reply": False},
    "receipt-of-displaying": {"refusal": "auto-reply", "auto_reply": True},
}
