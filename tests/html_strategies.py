"""Hypothesis strategies for HTML as mail has it at its worst."""

from __future__ import annotations

from hypothesis import strategies as st

_FLOW = ("div", "p", "p", "blockquote", "center", "ul", "ol", "li", "dl", "dt", "dd", "h1",
         "h2", "pre", "address", "form", "section", "fieldset", "hr", "o:p",
         "main")  # fmt: skip
_PHRASE = ("span", "b", "b", "i", "u", "font", "font", "a", "a", "em", "strong", "small",
           "br", "img", "nobr", "sub", "label", "code", "ins")  # fmt: skip
_TABLE = ("table", "table", "tr", "tr", "td", "td", "th", "tbody", "thead", "tfoot",
          "caption", "colgroup", "col")  # fmt: skip
_PAGE = ("html", "head", "body", "body", "meta", "link", "base")
_ODD = ("select", "option", "optgroup", "button", "object", "applet", "marquee", "input",
        "image", "template", "noscript", "ruby", "rt", "rp", "svg", "math", "mi", "desc",
        "foreignObject", "annotation-xml", "path", "iframe", "xmp", "noembed", "nobr",
        "frameset", "isindex", "param", "wbr", "bgsound", "plaintext")  # fmt: skip
_RAW = ("style", "script", "title", "textarea", "noframes")
_ATTRIBUTES = (
    "", "", "", "", " class=x", ' href="https://example.com/?a>b"', " style='display:none'",
    " hidden", " color=red", " type=hidden", " size='>'", ' id="a" id=b', " a=b\"c", " =",
    " bgcolor=#fff", ' style="Display : NONE; color:red"', " encoding=text/html", "/", " /",
)  # fmt: skip
_TEXTS = (
    "text", "two words", " ", "\n", "\r\n", "&nbsp;", "&amp;", "&lt;div&gt;", "a < b", "x",
    "&#32;", "&copy=1", " padded ", "<", "</", "\u00e9\U0001f600", "\0", "--", "]]>", ">",
)  # fmt: skip
_SKIPS = (
    "<!-- c -->", "<!---->", "<!-->", "<!--->", "<!-- a --!>", "<![endif]>", "</3>", "</>",
    "<!--[if mso]><p><![endif]-->", "<![if !mso]>", "<?xml:namespace prefix = o />",
    "<!doctype html>", '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">',
    "<!x>", "<![CDATA[ <b> ]]>", "<!-- <table> <!-- -->",
)  # fmt: skip
_UNFINISHED = (
    "<!-- open", "<div class='x", "<style>p{}", "<title>t", "<a href=", "</title foo", "<!",
    "<script><!--<script>", "<textarea>", "<plaintext>",
)  # fmt: skip


def _tags(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    name = st.sampled_from(names)
    cased = st.one_of(name, name, name, name.map(str.upper))
    return st.one_of(
        st.builds("<{}{}>".format, cased, st.sampled_from(_ATTRIBUTES)),
        st.builds("</{}>".format, cased),
    )


_TEXT = st.sampled_from(_TEXTS)
_SKIP = st.sampled_from(_SKIPS)


def _raw(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>"


_RAW_ELEMENT = st.builds(
    _raw, st.sampled_from(_RAW), st.sampled_from(("", "p { color: red }", "<b>", "<!-- x"))
)
_COMMON = (_tags(_FLOW), _tags(_PHRASE), _tags(_TABLE), _TEXT, _TEXT)
_PIECE = st.one_of(*_COMMON, *_COMMON, _tags(_PAGE), _tags(_ODD), _SKIP, _RAW_ELEMENT)


def soup(pieces: st.SearchStrategy[str] = _PIECE, most: int = 25) -> st.SearchStrategy[str]:
    """Tags, texts and comments in any order."""
    end = st.one_of(st.just(""), st.just(""), st.just(""), st.sampled_from(_UNFINISHED))
    return st.builds(
        lambda parts, last: "".join(parts) + last, st.lists(pieces, max_size=most), end
    )


def mail_soup() -> st.SearchStrategy[str]:
    """Soup without what mail clients never write: controls, svg, frames, plaintext."""
    return soup(st.one_of(*_COMMON, *_COMMON, _tags(_PAGE), _SKIP, _RAW_ELEMENT))


def _element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    name = st.sampled_from(("div", "p", "span", "b", "font", "a", "ul", "li", "blockquote"))
    cells = st.lists(children, min_size=1, max_size=2)
    return st.one_of(
        st.builds("<{0}>{1}</{0}>".format, name, children),
        cells.map(
            lambda c: f"<table><tr>{''.join(f'<td>{x}</td>' for x in c)}</tr></table>"
        ),
        st.lists(children, max_size=4).map("".join),
    )


def balanced() -> st.SearchStrategy[str]:
    """Fragments in which every tag has its end (implied ends may still cut across)."""
    leaf = st.one_of(_TEXT.filter(lambda t: "<" not in t), st.just("<br>"), st.just(""))
    return st.recursive(leaf, _element, max_leaves=12)


def documents() -> st.SearchStrategy[str]:
    """Any of the above, in a document or alone."""
    shells = st.sampled_from(
        ("{}", "{}", "<html><body>{}</body></html>", "<body>{}</body>",
         "<html><head><title>t</title></head><body>\r\n{}\r\n</body>\r\n</html>\r\n",
         "<!DOCTYPE html><html><body><div>{}</div></body></html>",
         "<html><body>{}</body></html><html><body>{}</body></html>",
         "<p>{}</body></html> <p>footer</p>")
    )  # fmt: skip
    body = st.one_of(balanced(), mail_soup(), soup())
    return st.builds(lambda shell, inner: shell.replace("{}", inner), shells, body)
