"""What counts as a client's claim that it is urgent, in the four languages, and what does not."""

import pytest

from desk.urgency import claimed_urgency

URGENT = """
Срочно! Не пробивает чек
Очень срочно, помогите
Не работает касса срочно помогите
Критично: касса не работает
Критическая ошибка при запуске
Не работает касса, всё стоит
Не работает касса, все стоит!
Склад стоит, отгрузить не можем
Кассы стоят, прошу помочь
Мы не можем работать с утра
Прошу решить как можно скорее
Терміново! Каса не друкує
Усе стоїть, клієнти чекають
Робота зупинена, допоможіть
Критична помилка в базі
Urgent: the till does not print
This is critical, we cannot work
Everything is down since morning
Please answer ASAP
Critical error in the database
Kiireellinen! Kassa ei tulosta
Kassa on jumissa, emme voi myydä
Tilanne on kriittinen
Meillä on kiire, auttakaa
"""
CALM = """
Это не срочно, когда будет время
Не очень срочно
Это не так уж срочно
Вопрос несрочный
Несрочно, можно завтра
Ничего срочного, просто вопрос
Как оформить срочный трудовой договор?
Если станет срочно, напишу
Не критично, но неудобно
На складе стоит сканер, он не печатает
Терминал стоит у окна
Где на форме стоит галочка?
Сервер стоит в подвале и шумит, как его выключить в программе?
Всё встало на свои места, спасибо
Не работает касса
Не терміново
Це не критично
It is not urgent
Nothing urgent, just a question
No urgent matters
Is there a critical update for version 3?
When is it critical to make a backup?
Ei ole kiireellinen
Ei ole kriittinen virhe
Как напечатать отчёт?
Как можно быстрее сформировать отчёт?
Подскажите, критична ли эта ошибка?
I can't work with two windows at once
"""


@pytest.mark.parametrize("text", URGENT.strip().splitlines())
def test_it_is_a_claim(text: str) -> None:
    claim = claimed_urgency(text)
    assert claim and claim in text


@pytest.mark.parametrize("text", CALM.strip().splitlines())
def test_it_is_none(text: str) -> None:
    assert claimed_urgency(text) == ""


def test_a_claim_counts_behind_a_denial_of_another() -> None:
    assert claimed_urgency("Вчера было не срочно. Сегодня срочно!") == "срочно"


def test_what_is_said_far_below_is_no_claim() -> None:
    assert claimed_urgency("слово " * 500 + "срочно") == ""
