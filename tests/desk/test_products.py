"""Which product and version a text names, and which versions are too old."""

import pytest

from desk.products import Named, Product, is_outdated, named_in, version_in_answer

UCHET = Product("uchet", "АгроУчёт", ("Agro Uchet",), ("3.2", "3.3"), "https://example.org/update")
PAY = Product("pay", "АгроУчёт Зарплата", (), ("2.0",))
PRODUCTS = (UCHET, PAY)


@pytest.mark.parametrize(
    ("text", "product", "version"),
    [
        ("АгроУчёт 3.1.14 не печатает", "uchet", "3.1.14"),
        ("в агроучет 3.1 ошибка", "uchet", "3.1"),  # е for ё, any case
        ("АгроУчёт (3.1.2)", "uchet", "3.1.2"),
        ("АгроУчёт, версия 3.1", "uchet", "3.1"),
        ("«АгроУчёт» релиз № 3.1.", "uchet", "3.1"),
        ("agro  uchet v3.2 prints nothing", "uchet", "3.2"),
        ("АгроУчёт зарплата 1.9", "pay", "1.9"),  # the longer name
        ("Не печатает. Версия 3.1, программа АгроУчёт", "uchet", "3.1"),
        ("Версія 3.1.2 програми АгроУчёт", "uchet", "3.1.2"),
        ("Ohjelma Agro Uchet, versio 3.1", "uchet", "3.1"),
        ("АгроУчёт 8.3.24.1342", "uchet", "8.3.24.1342"),
        ("версия 3.1", "", "3.1"),
        # Days are no versions.
        ("АгроУчёт 23.11.2026 перестал печатать", "uchet", ""),
        ("АгроУчёт 05.11 не печатал", "uchet", ""),
        ("АгроУчёт, версия 3.1 от 12.03.2026", "uchet", "3.1"),
        ("версия 23.11.2026", "", ""),
        # Nor are addresses in a network, amounts, and the versions of other programs.
        ("АгроУчёт 192.168.1.5 не отвечает", "uchet", ""),
        ("АгроУчёт: сумма 12.50 не сходится", "uchet", ""),
        ("АгроУчёт на платформе 8.3.24, версия платформы 8.3.24", "uchet", ""),
        ("Платформа 1С, версия 8.3.24; АгроУчёт", "uchet", ""),
        ("Windows версия 10.0, АгроУчёт 3.1", "uchet", "3.1"),
        # A name within another word is none.
        ("МегаАгроУчёт 3.1", "", ""),
        ("", "", ""),
    ],
)
def test_a_text_names_a_product_and_its_version(text: str, product: str, version: str) -> None:
    assert named_in(text, PRODUCTS) == Named(product, version)


@pytest.mark.parametrize(
    ("version", "outdated"),
    [("3.1.14", True), ("2.9", True), ("3.2", False), ("3.2.1", False), ("3.3.7", False), ("3.20", False),
     ("4.0", False), ("3", False), ("", False)],
)  # fmt: skip
def test_older_than_anything_supported_is_outdated_and_newer_is_not(version: str, outdated: bool) -> None:
    assert is_outdated(PRODUCTS, "uchet", version) is outdated


def test_a_version_between_two_supported_ones_is_outdated() -> None:
    assert Product("x", "X", supported=("3.0", "5.0")).is_outdated("4.1")


def test_where_nothing_is_said_to_be_supported_nothing_is_outdated() -> None:
    assert not is_outdated((Product("x", "X"),), "x", "0.1")
    assert not is_outdated(PRODUCTS, "gone", "0.1")


@pytest.mark.parametrize(
    ("text", "version"), [("3.1.14", "3.1.14"), ("версия 3.1", "3.1"), ("не знаю", ""), ("23.11.2026", "")]
)
def test_the_answer_to_a_question_for_the_version_may_be_a_bare_number(text: str, version: str) -> None:
    assert version_in_answer(text) == version


def test_a_long_text_is_read_at_its_beginning_alone() -> None:
    assert named_in("x" * 8_000 + " АгроУчёт 3.1", PRODUCTS) == Named()
