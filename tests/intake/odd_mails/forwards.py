"""Whom it passes on: forwards of many programs, and what only looks like one."""

from typing import Any

FORWARDS: dict[str, dict[str, Any]] = {
    "forward-as-attachment": {
        "forwarded": ("petr@shop.example", "Пётр", "Касса не открывается", "Касса пишет E-7."),
        "screenshots": ["till.png"],
        "declined": [],
        "text": "Please open this one.",
    },
    "forward-as-attachment-without-a-word": {
        "forwarded": ("petr@shop.example", "Пётр", "Касса не открывается", "Касса пишет E-7."),
        "text": "Касса пишет E-7.",
        "screenshots": ["till.png"],
    },
    "forward-inline-apple-mail": {
        "forwarded": ("petr@shop.example", "Petr Shop", "Till is closed", "It says E-7.")
    },
    "forward-inline-apple-mail-russian": {
        "forwarded": ("petr@shop.example", "Пётр Лавкин", "Касса не открывается", "Пишет E-7.")
    },
    "forward-inline-finnish": {
        "forwarded": ("petr@shop.example", "Petri Kauppa", "Kassa ei aukea", "Näyttää E-7.")
    },
    "forward-inline-french": {
        "forwarded": ("petr@shop.example", "Pierre Boutique", "Caisse en panne", "Elle affiche E-7.")
    },
    "forward-inline-german": {
        "forwarded": ("petr@shop.example", "Peter Laden", "Kasse klemmt", "Sie zeigt E-7.")
    },
    "forward-inline-gmail": {
        "forwarded": ("petr@shop.example", "Petr Shop", "Till is closed", "It says E-7.")
    },
    "forward-inline-mail-ru": {
        "forwarded": ("petr@shop.example", "Пётр Лавкин", "Касса не открывается", "Пишет E-7.")
    },
    "forward-inline-names-no-address": {"forwarded": None},
    "forward-inline-names-two-addresses": {"forwarded": None},
    "forward-inline-proton-mail": {
        "forwarded": ("petr@shop.example", "Petr Shop", "Till is closed", "It says E-7.\n\nSince today.")
    },
    "forward-inline-zoho": {
        "forwarded": ("petr@shop.example", "Petr Shop", "Till is closed", "It says E-7.")
    },
    "forward-inline-outlook": {
        "forwarded": ("petr@shop.example", "Petr Shop", "Till is closed", "It says E-7.")
    },
    "forward-inline-outlook-2010": {
        "forwarded": ("petr@shop.example", "Petr Shop", "Till is closed", "It says E-7.")
    },
    "forward-inline-polish": {
        "forwarded": ("petr@shop.example", "Piotr Sklep", "Kasa stoi", "Pokazuje E-7.")
    },
    "forward-inline-spanish": {
        "forwarded": ("petr@shop.example", "Pedro Tienda", "Caja cerrada", "Dice E-7.")
    },
    "forward-inline-thunderbird-russian": {
        "forwarded": ("petr@shop.example", "Пётр Лавкин", "Касса не открывается", "Пишет E-7.")
    },
    "forward-inline-ukrainian": {
        "forwarded": ("petr@shop.example", "Петро Крамар", "Каса не відкривається", "Пише E-7.")
    },
    "forward-inline-yandex": {
        "forwarded": ("petr@shop.example", "Пётр Лавкин", "Касса не открывается", "Пишет E-7.")
    },
    "forward-of-a-mail-with-two-authors": {"forwarded": None},
    "forward-of-two-mails": {"forwarded": None, "screenshots": ["till.png", "till.png"]},
    "reply-with-original-message-is-no-forward": {"forwarded": None},
}
