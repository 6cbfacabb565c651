"""Templates cannot leave their box, run for long, or fill the memory, whatever their source says."""

import time
from typing import Any

import pytest
from babel import Locale

from templates.content import Unrenderable
from templates.environment import Environment, SlackEnvironment, filled
from templates.examples import FAILED_PAYMENT
from templates.plain import Plain
from templates.render import FAILURES, environment, render
from tests.templates.examples import payload

VALUES: dict[str, Plain] = {
    "name": "Harbour",
    "rows": ({"label": "Seats", "now": "12"}, {"label": "Price", "now": "9"}),
    "count": 7,
    "nothing": None,
    "long": "x" * 1_000,
}
GROW = "{% macro d(x) %}{{ x }}{{ x }}{% endmacro %}"
ESCAPES = (
    # reach Python's own objects
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ name.__class__ }}",
    "{{ name['__class__'] }}",
    "{{ name|attr('__class__') }}",
    "{{ rows|attr('__len__') }}",
    "{{ rows[0]['__class__'] }}",
    "{{ rows.__class__ }}",
    "{{ count.__class__ }}",
    "{{ count.real }}",
    "{{ nothing.__class__ }}",
    "{{ [].__class__ }}",
    "{{ {}.__class__ }}",
    "{{ ().__class__.__base__ }}",
    "{{ self.__class__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ self }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ lipsum.__globals__.os.popen('id').read() }}",
    "{{ dict.__base__.__subclasses__() }}",
    "{{ range.__class__ }}",
    "{{ config }}",
    "{{ request.application }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ undefined.__init__.__globals__ }}",
    "{{ caller.__globals__ }}",
    "{{ varargs }}",
    "{% macro m() %}{{ varargs.__class__ }}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}{% endmacro %}{{ m.__init__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func }}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}",
    "{% macro m() %}{% endmacro %}{{ m.name }}",
    "{% macro m() %}{% endmacro %}{{ m }}",
    "{% for row in rows %}{{ loop.__class__ }}{% endfor %}",
    "{% for row in rows %}{{ loop._iterator }}{% endfor %}",
    "{% for row in rows %}{{ loop.nextitem }}{% endfor %}",
    "{% for row in rows %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% import 'email/look.html.j2' as look %}{{ look.__class__ }}",
    "{% import 'email/look.html.j2' as look %}{{ look._body_stream }}",
    "{% import 'email/look.html.j2' as look %}{{ look }}",
    # call what is not a macro of ours
    "{{ name.format() }}",
    "{{ '{0.__class__}'.format(name) }}",
    "{{ '{x.__class__}'.format_map(rows[0]) }}",
    "{{ name.upper() }}",
    "{{ name.encode() }}",
    "{{ rows[0].items() }}",
    "{{ rows[0].update({}) }}",
    "{{ rows.count(1) }}",
    "{{ name() }}",
    "{{ count() }}",
    "{{ range(3) }}",
    "{{ dict(a=1) }}",
    "{{ 'x'.join(rows) }}",
    "{{ (name)() }}",
    "{{ super() }}",
    # filters, tests and statements that are not on the list
    "{{ name|safe }}",
    "{{ name|map('upper') }}",
    "{{ rows|map(attribute='__class__')|list }}",
    "{{ rows|tojson }}",
    "{{ rows|pprint }}",
    "{{ rows|xmlattr }}",
    "{{ rows|groupby('label') }}",
    "{{ '%s'|format(name) }}",
    "{{ name|string }}",
    "{{ rows|selectattr('label') }}",
    "{{ name|center(1000000000) }}",
    "{{ name|indent(1000000000) }}",
    "{{ name|wordwrap(1) }}",
    "{{ name is callable }}",
    "{{ name is mapping }}",
    "{{ name is filter }}",
    "{{ rows|rows }}",
    "{% set x = 1 %}{% set x.y = 2 %}",
    "{% set ns = namespace(a=1) %}",
    "{% set x %}{{ name }}{% endset %}",
    "{% with x = name %}{{ x }}{% endwith %}",
    "{% filter upper %}x{% endfilter %}",
    "{% call name() %}x{% endcall %}",
    "{% include 'render.py' %}",
    "{% include '../pyproject.toml' %}",
    "{% autoescape false %}{{ name }}{% endautoescape %}",
    "{% do rows.append(1) %}",
    "{% extends '/etc/passwd' %}",
    "{% import '../config/settings.py' as s %}",
    "{% from 'templates/../../x' import y %}",
    # compute, grow or run on
    "{{ 7 * 7 }}",
    "{{ 'x' * 1000000000 }}",
    "{{ rows * 1000000000 }}",
    "{{ [0] * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ 10 ** 100000 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ 7 // 0 }}",
    "{{ 1 / 3 }}",
    "{{ name + name }}",
    "{{ name ~ name }}",
    "{{ count - 1 }}",
    "{{ -count }}",
    "{{ name[0:1] }}",
    "{{ name[0] }}",
    "{{ [name, name]|joined }}",
    "{{ (name, name)|joined }}",
    "{{ {'a': name}.a }}",
    "{% for letter in name %}{{ letter }}{% endfor %}",
    "{% for i in count %}x{% endfor %}",
    "{% for key in rows[0] %}{{ key }}{% endfor %}",
    "{% for row in rows recursive %}{{ loop(rows) }}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    GROW + "{% set x = d(long) %}" + "{% set x = d(x) %}" * 40 + "{{ x }}",
    GROW + "{{ d(" * 30 + "long" + ") }}" * 30,
    # by what newer or older Jinja had, and by detours
    "{{ ''|attr('__class__')|attr('__mro__') }}",
    "{{ name|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "{{ name['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "{{ name.__class__.__base__.__subclasses__()[40]('/etc/passwd').read() }}",
    "{{ rows[0].label.__class__ }}",
    "{{ rows.0.label.__init__ }}",
    "{{ rows|first|attr('__class__') }}",
    "{{ rows|last }}",
    "{{ rows|max }}",
    "{{ rows|sum(attribute='now') }}",
    "{{ rows|batch(2)|list }}",
    "{{ rows|unique|list }}",
    "{{ rows|dictsort }}",
    "{{ rows[0]|items|list }}",
    "{{ name|replace('a', 'b' * 1000000) }}",
    "{{ name|urlize }}",
    "{{ name|striptags }}",
    "{{ name|filesizeformat }}",
    "{{ name|random }}",
    "{{ name|truncate(10 ** 9) }}",
    "{{ name|default(range) }}",
    "{{ name is sameas name }}",
    "{{ name is test }}",
    "{{ name is eq name }}",
    "{{ name.__format__('x') }}",
    "{{ name.__len__() }}",
    "{{ name.__add__(name) }}",
    "{{ name.__getattribute__('__class__') }}",
    "{{ count.__add__(1) }}",
    "{{ count.bit_length() }}",
    "{{ count.to_bytes(1000000000) }}",
    "{{ nothing.__bool__() }}",
    "{{ g.pop.__globals__ }}",
    "{{ url_for.__globals__ }}",
    "{{ session }}",
    "{{ environ }}",
    "{{ context }}",
    "{{ environment }}",
    "{{ loop }}",
    "{{ caller() }}",
    "{{ kwargs }}",
    "{{ _ }}",
    "{{ debug }}",
    "{% debug %}",
    # by way of what is said in the reader's language
    "{{ _(name) }}",
    "{{ gettext }}",
    "{{ ngettext.__globals__ }}",
    "{{ gettext(name) }}",
    "{{ ngettext('x', name, count) }}",
    "{{ pgettext('x', 'y') }}",
    "{{ _() }}",
    "{{ _('x').__class__ }}",
    "{{ _.__globals__ }}",
    "{{ _('%(x)s') }}",
    "{{ _('%(x)s', x=rows) }}",
    "{{ _('%(x)s', x=nothing) }}",
    "{{ _('%(x)s', x=missing) }}",
    "{{ _('%(x)s', **rows[0]) }}",
    "{{ _('%(x)s', x=name.__class__) }}",
    "{{ rows|translated }}",
    "{{ name|said }}{{ rows|said }}",
    "{% trans %}{{ rows }}{% endtrans %}",
    "{% trans %}{{ nothing }}{% endtrans %}",
    "{% trans %}{{ missing }}{% endtrans %}",
    "{% trans %}{{ name.__class__ }}{% endtrans %}",
    "{% trans x=name.__class__ %}{{ x }}{% endtrans %}",
    "{% trans x=name.upper() %}{{ x }}{% endtrans %}",
    "{% trans x=rows %}{{ x }}{% endtrans %}",
    "{% trans 'menu' %}x{% endtrans %}",
    "{% trans %}{% for x in rows %}{{ x }}{% endfor %}{% endtrans %}",
    "{% trans count=name %}{{ count }}{% pluralize %}{{ count }}{% endtrans %}",
    "{% trans a=long %}" + "{{ a }}" * 1_100 + "{% endtrans %}",
    "{% for x in rows if loop.first %}{{ x }}{% endfor %}",
    "{% for x in [1, 2, 3] %}{{ x }}{% endfor %}",
    "{% for a, b in rows %}{{ a.__class__ }}{% endfor %}",
    "{% break %}",
    "{% continue %}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}x{% endcall %}",
    "{% macro m(x=range) %}{{ x }}{% endmacro %}{{ m() }}",
    "{% macro m() %}{{ kwargs }}{% endmacro %}{{ m(**rows[0]) }}",
    "{% macro m() %}{{ varargs }}{% endmacro %}{{ m(*rows) }}",
    "{% import 'email/look.html.j2' as look with context %}{{ look.__loader__ }}",
    "{% from 'email/look.html.j2' import __name__ %}{{ __name__ }}",
    "{% extends name %}",
    "{% include name %}",
    "{% include ['a', 'b'] %}",
    "{{ name if name else name.__class__ }}{{ name.__class__ if name else '' }}",
    "{{ not name.__class__ }}{{ name.__class__ }}",
    "{{ (name.__class__) and name.__class__ }}",
    "{{ name < count }}",
    "{{ name in rows[0].__dict__ }}",
    "{{ rows[count] }}",
    "{{ rows[0, 1] }}",
    "{{ rows[::-1] }}",
    "{{ 'a' 'b'.__class__ }}",
    "{{ 1e999 }}",
    "{{ true }}",
    "{{ none.__class__ }}",
    # print what is not text
    "{{ rows }}",
    "{{ rows[0] }}",
    "{{ nothing }}",
    "{{ count == 7 }}",
    "{{ missing }}",
    "{{ missing.field }}",
    "{{ rows[0].missing }}",
    "{{ rows.label }}",
    "{{ name",
    "{% if %}",
    "x" * 40_000,
)


@pytest.mark.parametrize("source", ESCAPES, ids=lambda source: source[:60])
@pytest.mark.parametrize(
    "make", [lambda: Environment(autoescape=True), SlackEnvironment], ids=["html", "slack"]
)
def test_every_escape_ends_in_a_refusal(source: str, make: type[SlackEnvironment]) -> None:
    begun = time.process_time()
    with pytest.raises(FAILURES):
        filled(make().from_string(source), VALUES, Locale("en"))
    assert time.process_time() - begun < 2.0


@pytest.mark.parametrize("source", ["{{ call() }}", "{{ thing.call() }}", "{{ thing.number }}", "{{ call }}"])
def test_even_an_object_that_slipped_in_is_of_no_use(source: str) -> None:
    class Thing:
        number = 7
        call = staticmethod(lambda: "called")

    slipped: dict[str, Any] = {"call": lambda: "called", "thing": Thing()}
    with pytest.raises(FAILURES):
        filled(Environment(autoescape=True).from_string(source), slipped, Locale("en"))


def test_the_table_is_large_enough() -> None:
    assert len(set(ESCAPES)) >= 150


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ name }}, {{ count }}", "Harbour, 7"),
        ("{% for row in rows %}{{ loop.index }}{{ row.label }}{% endfor %}", "1Seats2Price"),
        ("{% if nothing is none and name %}yes{% endif %}", "yes"),
        ("{% set who = name %}{{ who|cut(4) }}", "Har…"),
        ("{% macro m(x) %}<b>{{ x }}</b>{% endmacro %}{{ m('<') }}", "<b>&lt;</b>"),
        ("{{ _('<b>%(who)s</b>', who=name) }}", "&lt;b&gt;Harbour&lt;/b&gt;"),
        (
            "{% trans who=name %}<i>100 %(who)9s {{ who }}</i>{% endtrans %}",
            "&lt;i&gt;100 %(who)9s Harbour&lt;/i&gt;",
        ),
        ("{% trans count %}one{% pluralize %}{{ count }} of them{% endtrans %}", "7 of them"),
        ("{% trans %}\n  two\n  lines{% endtrans %}", "two lines"),
    ],
)
def test_what_templates_need_is_there(source: str, words: str) -> None:
    assert filled(Environment(autoescape=True).from_string(source), VALUES, Locale("en")) == words


@pytest.mark.parametrize("failure", [TypeError, ValueError, ZeroDivisionError, KeyError, RecursionError])
def test_whatever_fails_within_is_one_clear_error(
    failure: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> str:
        raise failure

    monkeypatch.setitem(environment("text").filters, "money", failing)
    with pytest.raises(Unrenderable, match=r"^template_failed: failed_payment") as caught:
        render("failed_payment", payload(FAILED_PAYMENT))
    assert caught.value.reason == "template_failed"
