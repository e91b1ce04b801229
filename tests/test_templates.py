"""Templates: a value is text wherever it stands, and what is broken is said with its place."""

from __future__ import annotations

import copy
import pickle
import string
import subprocess
import sys
from typing import Any

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig import InlineImage, MailsigError, Signature
from mailsig.templates import DIRECTORY_FIELDS, SignatureTemplate, TemplateError

REFUSED = [
    ("<p>{{ nam }}</p>", (1, 7), "unknown field 'nam' (did you mean 'name'?)"),
    ("<p>\n {{ name }</p>", (2, 10), "unexpected '}'"),
    ("<p {{ name }}='x'>x</p>", (1, 4), "a field can't be the name of an attribute"),
    ("<p class={{ name }}>x</p>", (1, 10), "put quotes around the value of 'class'"),
    ("<{{ name }}>x</p>", (1, 2), "a field can't be the name of a tag (a plain < is &lt;)"),
    ("<style>{{ name }}</style>", (1, 8), "a field can't stand in a <style>"),
    ("<script>{{ name }}</script>", (1, 9), "a field can't stand in a <script>"),
    ("<!-- {{ name }} -->x", (1, 6), "a field can't stand in a comment or declaration"),
    (
        "<a href='javascript:{{ name }}'>x</a>",
        (1, 21),
        "a field can't stand in a javascript: URL",
    ),
    (
        "<a href='&#106;avascript:{{ name }}'>x</a>",
        (1, 26),
        "a field can't stand in a javascript: URL",
    ),
    ("<a href=' data:{{ name }}'>x</a>", (1, 16), "a field can't stand in a data: URL"),
    (
        "<p style='{{ name }}'>x</p>",
        (1, 11),
        "a field can't stand in the attribute 'style'",
    ),
    (
        "<p onclick='{{ name }}'>x</p>",
        (1, 13),
        "a field can't stand in the attribute 'onclick'",
    ),
    (
        "<p>{% for x in name %}x{% endfor %}</p>",
        (1, 4),
        "{% for %} is not available, only if, elif, else, endif",
    ),
    (
        "<p>{% include 'x' %}</p>",
        (1, 4),
        "{% include %} is not available, only if, elif, else, endif",
    ),
    (
        "<p>{% set x = name %}</p>",
        (1, 4),
        "{% set %} is not available, only if, elif, else, endif",
    ),
    ("<p>{{ name.x }}</p>", (1, 11), "not available in a signature template (Getattr)"),
    ("<p>{{ name() }}</p>", (1, 11), "not available in a signature template (Call)"),
    (
        "<p>{{ name|safe }}</p>",
        (1, 12),
        "unknown filter 'safe' (known are upper, lower, capitalize, title, trim, replace, default)",
    ),
    ("<p>{% if name %}x</p>", (1, 4), "this {% if %} has no {% endif %}"),
    ("<p>&{{ name }}</p>", (1, 5), "an & right before a tag must be written &amp;"),
    (
        "<p {% if name %}class='x'{% endif %}>x</p>",
        (1, 4),
        "this tag must stand between tags, not inside a tag",
    ),
    ("<p>{{ 1 }}</p>", (1, 7), "write a constant in quotes, got 1"),
    ("<p>{{ '\\ufdd3' }}</p>", (1, 7), "a constant must not hold U+FDD3"),
    ("<p>{{ '\\x00' }}</p>", (1, 7), "a constant must not hold U+0000"),
    ("\n <p>\ufdd0", (2, 5), "U+FDD0 is not a character"),
    (
        "<p>{% raw %}x{% endraw %}</p>",
        (1, 4),
        "{% raw %} is not available; write {{ '{{' }} for {{",
    ),
    ("<p>{{- name }}</p>", (1, 4), "a - or + inside the brackets is not available"),
    ("<p>{{ name -}}</p>", (1, 12), "a - or + inside the brackets is not available"),
    ("<p>{% else %}</p>", (1, 4), "{% else %} without an {% if %} before it"),
    (
        "{% if name %}{% else %}{% elif city %}{% endif %}",
        (1, 24),
        "{% elif %} without an {% if %} before it",
    ),
    (
        "{% if %}x{% endif %}",
        (1, 7),
        "Expected an expression, got 'end of statement block'",
    ),
    ("{% if name %}" * 33, (1, 417), "more than 32 {% if %} inside of each other"),
    (
        "{% if name %}" + "{% elif title %}" * 201 + "{% endif %}",
        (1, 3214),
        "more than 200 {% elif %} of open {% if %}",
    ),
    (
        "{% if name %}"
        + "{% elif title %}" * 150
        + "{% if city %}"
        + "{% elif title %}" * 51,
        (1, 3227),
        "more than 200 {% elif %} of open {% if %}",
    ),
    ("<p>{{ }}</p>", (1, 7), "Expected an expression, got 'end of print statement'"),
    ("<p>{{ name < 'x' }}</p>", (1, 14), "fields can be compared with == and != only"),
    ("{{ name|replace('a') }}", (1, 9), "the filter 'replace' takes 2 arguments"),
    ("{{ name|upper(x='a') }}", (1, 9), "the filter 'upper' takes 0 arguments"),
    (
        "<p>{{ name" + "|upper" * 51 + " }}</p>",
        (1, 7),
        "an expression nests too deep",
    ),
    (
        "{{ " + "(" * 900 + "name" + ")" * 900 + " }}",
        (1, 1),
        "an expression nests too deep",
    ),
    (
        "{% if name %}<b>{% endif %}x</b>",
        (1, 29),
        "</b> closes a <b> of another branch of an {% if %}",
    ),
    (
        "<p>x{% if name %}<ul>{% endif %}</p>",
        (1, 18),
        "<ul> is not closed in its branch of an {% if %}",
    ),
    (
        "{% if name %}<i>x{% endif %}",
        (1, 14),
        "<i> is not closed in its branch of an {% if %}",
    ),
    (
        "<a href='java{{ city }}script:x'>x</a>",
        (1, 14),
        "a field can't stand in a javascript: URL",
    ),
    ("<a href='{{ city }}data:x'>x</a>", (1, 10), "a field can't stand in a data: URL"),
    (
        "<p>x</p>\n <form>{{ name }}</form>",
        (2, 2),
        "html must not hold <form>: mail clients drop or block form fields",
    ),
    (
        "<p onclick='x'>x</p>",
        (1, 1),
        "html must not hold event handlers, got onclick on <p>",
    ),
    ("<p>x</p></b{{ name }}>", (1, 12), "a field can't stand inside a tag"),
]


@pytest.mark.parametrize(
    ("source", "place", "text"), REFUSED, ids=[row[0][:40] for row in REFUSED]
)
def test_a_broken_template_fails_when_it_is_built_and_says_where(
    source: str, place: tuple[int, int], text: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        SignatureTemplate(html=source)
    line, column = place
    assert str(caught.value) == f"html, line {line}, column {column}: {text}"
    assert isinstance(caught.value, MailsigError)


def test_text_templates_are_checked_too() -> None:
    with pytest.raises(TemplateError, match=r"text, line 2, column 4: unknown field 'nme'"):
        SignatureTemplate(text="Hi\n{{ nme }}")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "SignatureTemplate must have html or text, got neither"),
        ({"html": 1}, "SignatureTemplate.html must be a str, got 1"),
        (
            {"text": "x", "known": "name"},
            "SignatureTemplate.known must be a tuple of names, got 'name'",
        ),
        (
            {"text": "x", "known": ("a b",)},
            "SignatureTemplate.known must hold identifiers, got 'a b'",
        ),
        (
            {"text": "x", "known": None},
            "SignatureTemplate.known must be a tuple of names, got None",
        ),
        ({"text": "x", "images": None}, "images must hold InlineImage, got NoneType"),
        ({"text": "x", "images": ("a",)}, "images must hold InlineImage, got str"),
    ],
    ids=["nothing", "type", "one-name", "no-name", "none", "no-images", "no-image"],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(MailsigError) as caught:
        SignatureTemplate(**arguments)
    assert str(caught.value) == text


def rendered(source: str, **fields: object) -> str:
    html = SignatureTemplate(html=source).render(fields).html
    return html.partition(">")[2].rpartition("<")[0]  # less the root, which has the digest


ESCAPED = [
    ("text", "<div>{{ name }}</div>", {"name": '<b>"&'}, "&lt;b&gt;&quot;&amp;"),
    ("template-in-a-value", "<div>{{ name }}</div>", {"name": "{{ 7*7 }}{% x"}, "{{ 7*7 }}{% x"),
    ("quote-in-an-attribute", "<div><i title='{{ title }}'>x</i></div>", {"title": "\"'><script>"}, '<i title="&quot;\'&gt;&lt;script&gt;">x</i>'),
    ("phone", "<div><a href='tel:{{ phone }}'>x</a></div>", {"phone": '+49 (0) 30 "5'}, '<a href="tel:+49305">x</a>'),
    ("address", "<div><a href='mailto:{{ email }}'>x</a></div>", {"email": "a@b.c?subject=x"}, '<a href="mailto:a@b.c%3Fsubject%3Dx">x</a>'),
    ("path-and-query", "<div><a href='https://x.example/{{ company }}?q={{ city }}'>x</a></div>", {"company": "a/b?&", "city": "x&y=#"}, '<a href="https://x.example/a%2Fb%3F%26?q=x%26y%3D%23">x</a>'),
    ("whole-link", "<div><a href='{{ website }}'>x</a></div>", {"website": "https://x.example/?a=b&c=d"}, '<a href="https://x.example/?a=b&amp;c=d">x</a>'),
    ("bare-host", "<div><a href='{{ website }}'>x</a></div>", {"website": "www.example.com"}, '<a href="https://www.example.com">x</a>'),
    ("controls-and-directions", "<div>{{ name }}</div>", {"name": "a\u202eb\x00c\u2066"}, "abc"),
    ("address-as-a-link", "<div><a href='{{ email }}'>x</a></div>", {"email": "jo@x.example"}, '<a href="mailto:jo@x.example">x</a>'),
    ("no-scheme", "<div><a href='{{ website }}'>x</a></div>", {"website": "//x.example/a b"}, '<a href="https://x.example/a%20b">x</a>'),
    ("two-fields-of-a-link", "<div><a href='{{ website }}{{ city }}'>x</a></div>", {"website": "javascript", "city": ":x"}, '<a href="https://javascript%3Ax">x</a>'),
    ("extension", "<div><a href='tel:{{ phone }}'>x</a></div>", {"phone": "(030) 1#2 ext. 7"}, '<a href="tel:0301%232;ext=7">x</a>'),
    ("address-in-a-query", "<div><a href='mailto:a@b.c?cc={{ email }}'>x</a></div>", {"email": "d@e.f&bcc=g"}, '<a href="mailto:a@b.c?cc=d%40e.f%26bcc%3Dg">x</a>'),
    ("filters", "<div>{{ name|lower|capitalize|replace('j', '<') }} {{ name|title|trim }}</div>", {"name": "JO HO"}, "Jo ho Jo Ho"),
    ("note", "<div>a{# b #}{{ name }}</div>", {"name": "c"}, "ac"),
    ("number", "<div>{{ name }}</div>", {"name": 42}, "42"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "fields", "out"),
    [row[1:] for row in ESCAPED],
    ids=[row[0] for row in ESCAPED],
)
def test_a_value_is_text_wherever_it_stands(
    source: str, fields: dict[str, object], out: str
) -> None:
    assert rendered(source, **fields) == out


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", " JaVa\tScRiPt:x", "data:text/html,x", "vbscript:x"]
)
def test_a_link_that_could_run_is_no_link(url: str) -> None:
    out = rendered(
        "<div><p>x</p><p><a href='{{ website }}'>site</a></p></div>", website=url
    )
    tree = html5lib.parseFragment(out, namespaceHTMLElements=False)
    assert all(node.get("href", "").startswith("https://") for node in tree.iter("a"))


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        ("<p><a href='{{ website }}'>x</a></p>", {"website": "javascript:x"}),
        ("<p><a href='{{ website }}'>x</a></p>", {"website": "/relative"}),
        ("<p><a href='tel:{{ phone }}'>x</a></p>", {"phone": "ask me"}),
        ("<p><img src='{{ photo }}' alt=''></p>", {"photo": "data:image/png;base64,x"}),
        ("<p>{{ name }}</p>", {"name": "\u202e \x07"}),
        ("{% if name %}<p>{{ name }}</p>{% endif %}", {}),
        ("<p></p>{% if name %}<br>{{ name }}{% endif %}", {}),
        ("<p title='{{ title }}'>{{ name }}</p>", {"title": "x"}),
        ("<p title='{{ title }}'>{{ name ~ ' ' }}</p>", {"title": "x"}),
    ],
    ids=[
        "script",
        "relative",
        "phone",
        "picture",
        "invisible",
        "missing",
        "no-content",
        "attribute",
        "blank",
    ],
)
def test_a_value_that_is_of_no_use_is_an_empty_one(
    source: str, fields: dict[str, object]
) -> None:
    with pytest.raises(MailsigError, match=r"html must show something"):
        SignatureTemplate(html=source).render(fields)


VANISHING = [
    ("row", "<table><tr><td>{{ name }}</td></tr><tr><td>T {{ phone }}</td></tr></table>", "<tbody><tr><td>Jo</td></tr></tbody>"),
    ("paragraph", "<div><p>{{ name }}</p><p>Tel. {{ phone }}</p></div>", "<p>Jo</p>"),
    ("line-of-a-break", "<div>{{ name }}<br>Tel. {{ phone }}<br>x</div>", "Jo<br>x"),
    ("one-of-two-fields", "<div><p>{{ name }}, {{ phone }}</p><p>x</p></div>", "<p>Jo, </p><p>x</p>"),
    ("condition", "<div><p>{{ name }}{% if phone %}, {{ phone }}{% else %}!{% endif %}</p></div>", "<p>Jo!</p>"),
    ("last-line-of-a-break", "<div>{{ name }}<br>{{ phone }}</div>", "Jo<br>"),
    ("break-before-a-block", "<div>{{ name }}<br>{{ phone }}<hr><p>x</p>{{ city }}<br>y</div>", "Jo<br><hr><p>x</p>y"),
    ("span-and-link", "<div>{{ name }}<span>, T <a href='tel:{{ phone }}'>{{ phone }}</a></span></div>", "Jo"),
    ("picture", "<div>{{ name }}<img src='{{ photo }}' alt='x'><img src='https://x.example/a' alt='y'></div>", 'Jo<img src="https://x.example/a" alt="y">'),
    ("only-the-innermost-line", "<div><div>x<p>{{ phone }}</p></div><p>{{ name }}</p></div>", "<div>x</div><p>Jo</p>"),
    ("next-to-fixed-words", "<div>x<p>{{ phone }}</p>{{ name }}</div>", "xJo"),
    ("unclosed-and-stray", "<div><p>{{ name }}<i>a</p></u><p>{{ phone }}</p></div>", "<p>Jo<i>a</i></p>"),
    ("break-in-a-condition", "<div>{{ name }}{% if name %}<br>{{ phone }}<br>{% endif %}x</div>", "Jo<br>x"),
    ("unclosed-in-a-condition", "<div>{% if name %}<ul><li>{{ name }}<li>x</ul>{% endif %}</div>", "<ul><li>Jo</li><li>x</li></ul>"),
    ("elif", "<div>{% if phone %}a{% elif name %}{{ name }}{% else %}c{% endif %}</div>", "Jo"),
    ("comparison", "<div>{% if name == 'Jo' and not phone or city != '' %}x{{ name ~ '!' }}{% endif %}</div>", "xJo!"),
    ("nested-conditions", "<div><p>{% if name %}{% if phone %}y{% endif %}z{% endif %}</p></div>", "<p>z</p>"),
    ("default", "<div><p>{{ phone|default('none') }}</p></div>", "<p>none</p>"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "out"), [row[1:] for row in VANISHING], ids=[row[0] for row in VANISHING]
)
def test_a_line_whose_fields_are_all_empty_disappears(source: str, out: str) -> None:
    assert rendered(source, name="Jo", phone="") == out


def test_the_same_holds_for_lines_of_text() -> None:
    template = SignatureTemplate(
        text="{{ name }}\nTel. {{ phone }}\n{% if city %}\nIn {{ city }}\n{% endif %}\nExample"
    )
    assert template.render({"name": "Jo"}).text == "Jo\nExample"
    assert template.render({"name": "Jo", "city": "Bonn"}).text == "Jo\nIn Bonn\nExample"


def test_a_missing_field_is_empty_and_a_needless_one_is_not_looked_at() -> None:
    template = SignatureTemplate(text="{{ name }} {{ city|upper }}")
    assert template.fields == {"name", "city"}
    assert template.render({"name": "Jo", "shoe": object()}).text == "Jo"


@pytest.mark.parametrize("value", [b"Jo", ["Jo"], object()])
def test_a_value_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(MailsigError, match="name"):
        SignatureTemplate(text="{{ name }}").render({"name": value})


@pytest.mark.parametrize(
    ("fields", "images", "text"),
    [
        ("Jo", (), "fields must be a mapping, got str"),
        ({}, None, "images must hold InlineImage, got NoneType"),
        ({}, ("a",), "images must hold InlineImage, got str"),
    ],
)
def test_what_is_no_person_is_refused(fields: Any, images: Any, text: str) -> None:
    with pytest.raises(MailsigError) as caught:
        SignatureTemplate(text="x").render(fields, images=images)
    assert str(caught.value) == text


def test_other_fields_can_be_declared() -> None:
    template = SignatureTemplate(text="{{ badge }}", known=("badge",))
    assert template.render({"badge": "7"}).text == "7"
    with pytest.raises(TemplateError, match="unknown field 'badge'"):
        SignatureTemplate(text="{{ badge }}")


def test_replies_have_their_own_templates() -> None:
    template = SignatureTemplate(
        html="<p>{{ name }}</p><p>long</p>",
        reply_html="<p>{{ name }}</p>",
        reply_text="{{ name }}",
    )
    signature = template.render({"name": "Jo"})
    assert signature.reply is not None
    assert signature.reply.text == "Jo"


def test_pictures_that_are_not_shown_are_left_out() -> None:
    logo, face = (
        InlineImage(data=b"x", media_type="image/png", name=n) for n in ("logo", "face")
    )
    template = SignatureTemplate(
        html="<p>{{ name }}<img src='cid:logo' alt='L'></p>", images=(logo, face)
    )
    assert template.render({"name": "Jo"}).images == (logo,)
    mine = InlineImage(data=b"y", media_type="image/png", name="logo")
    assert template.render({"name": "Jo"}, images=[mine]).images == (mine,)


def test_rendering_is_deterministic_and_templates_are_values() -> None:
    template = SignatureTemplate(html="<p>{{ name }}</p>", text="{{ name }}")
    again = SignatureTemplate(html="<p>{{ name }}</p>", text="{{ name }}")
    assert template == again
    assert copy.copy(template) == template
    assert template.render({"name": "Jo"}) == again.render({"name": "Jo"})
    assert template.render({"name": "Jo"}).digest == again.render({"name": "Jo"}).digest


def test_templates_are_pickled_and_copied_as_what_they_are_built_from() -> None:
    template = SignatureTemplate(html="<p>{{ badge }}</p>", known=("badge",))
    for again in (pickle.loads(pickle.dumps(template)), copy.deepcopy(template)):
        assert again == template
        assert hash(again) == hash(template)
        assert again.render({"badge": 7}) == template.render({"badge": 7})


def test_an_error_is_pickled_with_its_place() -> None:
    with pytest.raises(TemplateError) as caught:
        SignatureTemplate(text="x\n{{ nmae }}")
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert (again.part, again.line, again.column) == ("text", 2, 4)


def test_more_kinds_of_people_than_are_remembered_are_served() -> None:
    names = tuple(f"f{number}" for number in range(9))
    template = SignatureTemplate(
        html="".join(f"<p><b id='{name}'>{{{{ {name} }}}}</b></p>" for name in names),
        known=names,
    )
    for number in range(1, 300):
        some = {name: name for bit, name in enumerate(names) if number >> bit & 1}
        assert template.render(some).text.split() == list(some)


def test_warnings_tell_the_place_in_the_template() -> None:
    template = SignatureTemplate(
        html="<div style='width:900px'>{{ name }}<img src='https://x.example/a.png'></div>"
    )
    assert {finding.part for finding in template.warnings} >= {"html"}
    assert template.warnings == template.warnings
    assert not SignatureTemplate(html="<p>{{ name }}</p>", text="{{ name }}").warnings


def test_mailsig_alone_never_imports_jinja2() -> None:
    code = "import sys, mailsig; mailsig.Signature(html='<p>x</p>'); assert 'jinja2' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


PAGE = SignatureTemplate(
    html=(
        "<table><tr><td><b>{{ name }}</b><br>{{ title }} &middot; x</td></tr>"
        "<tr><td><a href='tel:{{ phone }}' title='{{ company }}'>{{ phone }}</a>, y</td></tr>"
        "<tr><td><a href='https://x.example/{{ city }}'>{{ city }}</a> z</td></tr></table>"
    ),
    text="{{ name }}\n{{ title }}\n{{ phone }}\n{{ city }}\n{{ company }}",
)
VALUE = st.one_of(
    st.text(alphabet=string.printable, min_size=1, max_size=30),
    st.text(min_size=1, max_size=20),
    st.sampled_from(
        [
            "</td>",
            '"><script>x</script>',
            "{{ name }}",
            "{% raw %}",
            "<!--",
            "&lt;",
            "]]>",
            "' onclick='x",
        ]
    ),
).filter(lambda value: any(c.isalnum() for c in value) and "\x00" not in value)


def outline(html: str) -> tuple[list[tuple[str, tuple[str, ...]]], str]:
    """Return (tags with the names of their attributes, text) as a browser sees them."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    tags = [
        (node.tag, tuple(sorted(node.attrib)))
        for node in tree.iter()
        if isinstance(node.tag, str)
    ]
    return tags, " ".join("".join(tree.itertext()).split())


def seen(value: str) -> str:
    """A value as a template shows it: no controls, no directions, blanks folded."""
    signature = Signature(text="x" + value + "x")
    return " ".join(signature.text.split())


@given(
    st.fixed_dictionaries({f: VALUE for f in ("name", "title", "phone", "company", "city")})
)
def test_whatever_the_values_the_structure_is_the_templates(values: dict[str, str]) -> None:
    plain = PAGE.render(dict.fromkeys(values, "7"))
    signature = PAGE.render(values)
    tags, text = outline(signature.html)
    assert tags == outline(plain.html)[0]
    shown = "".join(text.split())
    for name in ("name", "title", "city"):
        assert "".join(seen(values[name])[1:-1].split()) in shown
        assert "".join(seen(values[name])[1:-1].split()) in "".join(signature.text.split())


def test_the_fields_of_a_directory_are_known() -> None:
    assert len(set(DIRECTORY_FIELDS)) == len(DIRECTORY_FIELDS)
    SignatureTemplate(text=" ".join(f"{{{{ {name} }}}}" for name in DIRECTORY_FIELDS))
