"""The agents' bot, on python-telegram-bot: answers, commands and buttons of the staff chat."""
