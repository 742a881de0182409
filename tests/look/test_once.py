"""``{% once %}``: what stands on every page is written once, and never another's."""

from __future__ import annotations

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation


def test_it_is_written_once_for_each_value_and_language() -> None:
    template = Template("{% load site %}{% once theme %}{{ theme }} {{ seen.pop }};{% endonce %}")
    seen = [3, 2, 1]

    said = [template.render(Context({"theme": theme, "seen": seen})) for theme in ("light", "dark", "light", "dark")]
    with translation.override("de"):
        german = template.render(Context({"theme": "light", "seen": seen}))

    assert said == ["light 1;", "dark 2;", "light 1;", "dark 2;"]
    assert german == "light 3;"


def test_what_is_kept_was_escaped() -> None:
    template = Template("{% load site %}{% once %}{{ name }}{% endonce %}")

    assert [template.render(Context({"name": "<b>"})) for _ in range(2)] == ["&lt;b&gt;", "&lt;b&gt;"]


def test_a_block_may_not_stand_in_it() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template("{% load site %}{% once %}<p>{% block content %}{% endblock %}</p>{% endonce %}")
