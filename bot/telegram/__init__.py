"""Our two bots in Telegram: the clients' on aiogram, the agents' on python-telegram-bot.

Both libraries take seconds to load, so nothing but `bot.telegram.frameworks` imports what imports them.
"""
