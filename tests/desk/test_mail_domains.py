"""Mail domains that may be a company's, and those where anybody may have a mailbox."""

import pytest

from desk.mail_domains import as_company_domain


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("Roga.Example", "roga.example"),
        ("@roga.example", "roga.example"),
        ("roga.example.", "roga.example"),
        ("почта.пример", "xn--80a1acny.xn--e1afmkfd"),
    ],
)
def test_a_domain_has_one_form(text: str, domain: str) -> None:
    assert as_company_domain(text) == domain


@pytest.mark.parametrize(
    "text", ["", "roga", "roga..example", "-a.example", "a b.example", "1.2.3.4", "x" * 300]
)
def test_what_is_no_domain_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no mail domain"):
        as_company_domain(text)


@pytest.mark.parametrize("text", ["gmail.com", "Mail.ru", "@ukr.net", "luukku.com"])
def test_where_anybody_may_have_a_mailbox_is_no_company(text: str) -> None:
    with pytest.raises(ValueError, match="anybody"):
        as_company_domain(text)
