"""`otklik demo`: the real service, led through one request from the mailed screenshot to the rated ticket."""

from bot.demo.tour import tour

__all__ = ["tour"]
