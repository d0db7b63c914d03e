"""Plans, products, rules and hours in config.toml: what is read, which key is named when it is wrong."""

from pathlib import Path

import pytest

from bot.rules import rules
from desk.entitlement import PLANS
from tests.bot.configuration import GOOD, changed, mistakes, read

LEVEL = '[[service_levels]]\nkey = "x"\ntitle = { en = "X" }\nreact_within = "1 working hour"\n'
PLAN = '[[plans]]\nkey = "gold"\ntitle = { en = "Gold" }\ncovers = ["bug"]\n'
PRODUCT = '[[products]]\nkey = "uchet"\ntitle = "Agro"\nsupported = ["3.2"]\n'


def test_a_configuration_that_names_no_plans_has_the_three(tmp_path: Path) -> None:
    offering = rules(read(tmp_path, GOOD)).offering
    assert (offering.plans, offering.products) == (PLANS, ())


def test_plans_products_and_curators_hours_come_to_the_rules(tmp_path: Path) -> None:
    late = '[calendars.late]\ntimezone = "Europe/Moscow"\nhours = ["12:00-20:00"]\n'
    agents = '[[agents]]\nname = "Anna"\ncalendar = "late"\nteam = "Payroll"\n[[agents]]\nname = "Boris"\n'
    urls = '[entitlement]\nrenew_url = "https://agro.example/renew?a=1"\n'
    settings = read(tmp_path, GOOD + PLAN + PRODUCT + late + agents + urls)
    offering = rules(settings).offering
    assert [(one.key, one.covers) for one in offering.plans] == [("gold", ("bug",))]
    assert offering.products[0].is_outdated("3.1")
    assert offering.agents == {"Anna": "late", "Boris": "main"}
    assert settings.entitlement.renew_url == "https://agro.example/renew?a=1"


def test_a_rule_may_be_a_list_of_tables_and_an_older_one_is_read_as_ever(tmp_path: Path) -> None:
    level = (
        '[[service_levels]]\nkey = "x"\ntitle = { en = "X" }\nreact_within = "1 working hour"\nwhen = {}\n'
    )
    listed = changed("when = {}", "when = [{ contract_valid = false }, { covered = false }]") + level
    assert rules(read(tmp_path, listed)).levels[0].rules == ({"contract_valid": False}, {"covered": False})
    old = changed("when = {}", "when = { registered = false }") + level
    assert rules(read(tmp_path, old)).levels[0].rules == ({"registered": False},)


@pytest.mark.parametrize(
    ("added", "told"),
    [
        (PLAN + PLAN, 'plans[1].key: found "gold" (a string); allowed: a key that no other plan has'),
        (PRODUCT * 2, 'products[1].key: found "uchet" (a string); allowed: a key that no other product has'),
        (PLAN.replace("en =", "ru ="), "plans[1].title: no title in the desk's language, en"),
        (PLAN.replace('"bug"', '"bugs"'), 'plans[1].covers[1]: found "bugs" (a string); allowed:'),
        (PLAN.replace("covers", "cover"), "plans[1].cover: unknown key; did you mean covers?"),
        (
            PRODUCT.replace("3.2", "3.x"),
            'products[1].supported[1]: found "3.x" (a string); allowed: a list of',
        ),
        (
            PRODUCT.replace("supported", "update_url = 'https://a.example'\n#"),
            "products[1].supported: found none beside update_url; needed: the versions that are supported",
        ),
        (
            "[entitlement]\nplans_url = 'agro.example/plans'\n",
            'entitlement.plans_url: found "agro.example/plans" (a string); allowed: the address of a page',
        ),
        ("[[agents]]\nname = 'Anna'\ncalendar = 'mian'\n", 'agents[1].calendar: found "mian" (a string)'),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(tmp_path: Path, added: str, told: str) -> None:
    assert any(f": {told}" in line for line in mistakes(tmp_path, GOOD + added)), mistakes(
        tmp_path, GOOD + added
    )


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ('{ plan = "gold" }', 'when.plan: found "gold" (a string); allowed: one of paid, free, individual'),
        (
            '{ kind = ["bug", "bugs"] }',
            'when.kind: found "bugs" (a string); allowed: one of consultation, bug',
        ),
        ('[{}, { line = "fifth" }]', 'when[2].line: found "fifth" (a string); allowed: one of first, second'),
        (
            '{ product = "uchet" }',
            'when.product: found "uchet" (a string); allowed: none, as no product is configured',
        ),
        ("{ claims_urgent = true }", "when.claims_urgent is not known; allowed: registered, contract_valid"),
        ('"always"', 'when: found "always" (a string); allowed: a table of conditions, such as'),
        ("[]", "when: found [] (a list); allowed: a table of conditions, such as"),
    ],
)
def test_a_rule_about_what_nobody_can_have_is_refused(tmp_path: Path, when: str, told: str) -> None:
    first = f"{LEVEL}when = {when}\n"
    text = changed("[[service_levels]]", first + "[[service_levels]]")
    assert any(told in line for line in mistakes(tmp_path, text)), mistakes(tmp_path, text)


def test_a_level_may_not_be_called_as_the_rules_are(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, changed('key = "general"', 'key = "auto"'))
    assert 'service_levels[1].key: found "auto" (a string); allowed: small Latin letters' in line
