import pytest

from health.letters import Customer, LetterRule, rule_for

CALIFORNIA = LetterRule(
    "california",
    (30,),
    countries=("US",),
    regions=("CA",),
    customer_types=("consumer",),
    term_days_min=365,
    auto_renew=True,
    between=(45, 15),
)
REST = LetterRule("rest", (90, 30))
HERE = Customer("US", "CA", "consumer", 365, auto_renew=True)


@pytest.mark.parametrize(
    ("customer", "found"),
    [
        (HERE, "california"),
        (HERE._replace(country="us", region="ca", customer_type="Consumer"), "california"),
        (HERE._replace(term_days=366), "california"),
        (HERE._replace(term_days=364), "rest"),
        (HERE._replace(region="NV"), "rest"),
        (HERE._replace(country="DE"), "rest"),
        (HERE._replace(customer_type="business"), "rest"),
        (HERE._replace(auto_renew=False), "rest"),
        # in doubt: what is not known might be what the rule asks
        (HERE._replace(country=""), None),
        (HERE._replace(region=""), None),
        (HERE._replace(customer_type=""), None),
        (HERE._replace(term_days=None), None),
        (HERE._replace(auto_renew=None), None),
        # no doubt: something that is known rules it out
        (HERE._replace(region="", country="DE"), "rest"),
        (Customer("", "", "business", None, None), "rest"),
    ],
)
def test_the_first_rule_that_surely_holds(customer, found):
    rule = rule_for([CALIFORNIA, REST], customer)
    assert (rule.name if rule else None) == found


def test_where_no_rule_holds_there_is_none():
    assert rule_for([CALIFORNIA], HERE._replace(country="DE")) is None
    assert rule_for([], HERE) is None


@pytest.mark.parametrize(("days", "may"), [(46, False), (45, True), (30, True), (15, True), (14, False)])
def test_both_ends_of_the_time_are_in_it(days, may):
    assert CALIFORNIA.allows(days) == may
    assert REST.allows(days)
