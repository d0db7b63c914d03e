"""Links to file shares, and what is none."""

import pytest

from intake.contents.links import to_shares


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://disk.yandex.ru/d/AbC-1_x", ["https://disk.yandex.ru/d/AbC-1_x"]),
        ("Журнал: https://cloud.mail.ru/public/aB/cD.", ["https://cloud.mail.ru/public/aB/cD"]),
        (
            "(see https://drive.google.com/file/d/1/view?usp=sharing)",
            ["https://drive.google.com/file/d/1/view?usp=sharing"],
        ),
        ("log <https://acme-my.sharepoint.com/:u:/g/x>", ["https://acme-my.sharepoint.com/:u:/g/x"]),
        ("HTTPS://WWW.DROPBOX.COM/s/1", ["HTTPS://WWW.DROPBOX.COM/s/1"]),
        (
            "https://files.client.example/index.php/s/AbCdEf12345",
            ["https://files.client.example/index.php/s/AbCdEf12345"],
        ),
        (
            "https://yadi.sk/i/1 https://yadi.sk/i/1, https://we.tl/t-2!",
            ["https://yadi.sk/i/1", "https://we.tl/t-2"],
        ),
        ("https://prnt.sc/a_(1)", ["https://prnt.sc/a_(1)"]),
        ("Відео: https://fex.net/uk/s/abc1234 — дивіться", ["https://fex.net/uk/s/abc1234"]),
        ("Видео: https://sberdisk.ru/s/1aB", ["https://sberdisk.ru/s/1aB"]),
        (
            "Loki: https://filesender.funet.fi/?s=download&token=1",
            ["https://filesender.funet.fi/?s=download&token=1"],
        ),
        ("https://drive.proton.me/urls/AB12#key", ["https://drive.proton.me/urls/AB12#key"]),
        ("https://www.loom.com/share/1f2e", ["https://www.loom.com/share/1f2e"]),
    ],
)
def test_a_link_to_a_share_is_found(text: str, links: list[str]) -> None:
    assert list(to_shares(text)) == links


@pytest.mark.parametrize(
    "text",
    [
        "https://client.example/disk.yandex.ru",
        "https://evil-yadi.sk.example/x",
        "https://notdropbox.com/x",
        "https://account.proton.me/login",
        "https://mail.google.com/mail/u/0",
        "https://disk.yandex.ru@evil.example/x",
        "yadi.sk/i/1",
        "ftp://yadi.sk/i/1",
        "javascript:https://",
        "https://",
    ],
)
def test_other_links_are_none(text: str) -> None:
    assert to_shares(text) == ()


def test_at_most_fifty_are_kept() -> None:
    assert len(to_shares(" ".join(f"https://yadi.sk/i/{number}" for number in range(90)))) == 50
