"""A small configuration for tests to change and to read."""

import subprocess
from pathlib import Path

import pytest

from bot.config import ConfigError, Settings, load

SECRET = "s" * 43

GOOD = """
[desk]
name = "AgroSoft"
language = "en"
[mail]
address = "support@example.org"
[web]
secret = "0123456789abcdef0123456789abcdef"
[calendars.main]
timezone = "Europe/Moscow"
hours = ["05:00-14:00"]
[[service_levels]]
key = "general"
title = { en = "General consulting" }
react_within = "40 working hours"
when = {}
"""


def read(folder: Path, text: str, **environ: str) -> Settings:
    """The settings of `text` as config.toml in `folder`, which gets a file secrets/web too."""
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "secrets" / "web").write_text(SECRET + "\n")
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return load(folder / "config.toml", environ)


def mistakes(folder: Path, text: str, **environ: str) -> list[str]:
    """What is wrong with a configuration, each line without the folder's name."""
    with pytest.raises(ConfigError) as refused:
        read(folder, text, **environ)
    return [line.removeprefix(f"{folder}/") for line in refused.value.mistakes]


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def make_certificate(certificate: Path, key: Path) -> None:
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=mx.example.org",
            "-out",
            str(certificate),
            "-keyout",
            str(key),
        ],
        check=True,
        capture_output=True,
    )
