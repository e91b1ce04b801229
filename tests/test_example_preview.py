"""The preview: what the page holds, and what a real browser makes of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
from relay_tools import EXAMPLES

pytest.importorskip("jinja2", reason="Jinja2 is not installed")

import chromium
import preview
import preview_page
import signature_folder

SHIPPED = EXAMPLES / "signatures"
NAMES = signature_folder.names(SHIPPED)
PICTURES = {"campaign": 2, "corporate": 0, "portrait": 4}  # of the whole signature
PNG = b"\x89PNG\r\n\x1a\n"


def made(folder: Path, out: Path, *more: str) -> str:
    assert preview.main(["--signature", str(folder), "--out", str(out), *more]) == 0
    return out.read_text(encoding="utf-8")


def frames(page: str) -> dict[str, str]:
    """Return the source of each HTML pane by its section and side."""
    found = re.findall(
        r'<section id="(\w+)".*?<iframe[^>]* srcdoc="([^"]*)".*?<iframe[^>]* srcdoc="([^"]*)"',
        page,
        re.DOTALL,
    )
    return {
        f"{name}-{side}": html.unescape(source)
        for name, *sources in found
        for side, source in zip(("before", "after"), sources, strict=True)
    }


def test_shipped_signatures_are_these() -> None:
    assert set(PICTURES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_signature_has_no_warnings_and_fits_600_pixels(name: str) -> None:
    template = signature_folder.load(SHIPPED / name)
    assert template.warnings == ()
    widths = re.findall(r'width="(\d+)"', template.html or "")
    assert all(int(width) <= 600 for width in widths)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_signature_of_a_name_alone_says_the_name_alone(name: str) -> None:
    template = signature_folder.load(SHIPPED / name)
    signature = template.render({"name": "Jo Doe"})
    assert signature.reply is not None
    tree = html5lib.parse(signature.html, namespaceHTMLElements=False)
    shown = " ".join("".join(tree.itertext()).split())
    assert shown == "Jo Doe"
    assert signature.reply.text == "Jo Doe"
    assert not re.search(r'href="(?:tel:|mailto:)?"', signature.html)


@pytest.mark.parametrize("name", NAMES)
def test_page_is_one_file_that_loads_nothing(name: str, tmp_path: Path) -> None:
    page = made(SHIPPED / name, tmp_path / "p.html")
    for source in (page, *frames(page).values()):
        tree = html5lib.parse(source, namespaceHTMLElements=False)
        loads = [
            value
            for element in tree.iter()
            for key, value in element.attrib.items()
            if key in ("src", "background", "srcset", "data", "poster")
        ]
        assert all(load.startswith("data:image/") for load in loads)
        assert not list(tree.iter("link"))
        assert "url(" not in source
    assert "default-src 'none'" in page


@pytest.mark.parametrize("name", NAMES)
def test_only_the_after_panes_hold_the_signature(name: str, tmp_path: Path) -> None:
    found = frames(made(SHIPPED / name, tmp_path / "p.html"))
    assert len(found) == 6
    for pane, source in found.items():
        marked = re.findall(r'<table [^>]*data-mailsig="[0-9a-f]{8}"', source)
        assert len(marked) == (1 if pane.endswith("after") else 0), pane
        assert "[data-mailsig] { outline" in source


def test_page_says_why_and_what_will_hurt(tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "signature.html").write_text('<p>{{ name }}</p><table width="900"></table>')
    page = made(folder, tmp_path / "p.html", "--set", "name=<b>Jo</b> & Co")
    assert "width 900 is over 600 pixels [too-wide]" in page
    assert "[no-text]" in page
    assert "rule outlook-reply-header, confidence high" in page
    assert "&lt;b&gt;Jo&lt;/b&gt; &amp; Co" in page
    arguments = ["--signature", str(folder), "--out", str(tmp_path / "p.html"), "--strict"]
    assert preview.main(arguments) == 1


def test_page_says_what_only_this_person_brings(tmp_path: Path) -> None:
    page = made(SHIPPED / "corporate", tmp_path / "p.html")
    assert "text of this person: 1 characters outside of ASCII" in page
    assert "no value, so their lines are left out" not in page
    page = made(SHIPPED / "corporate", tmp_path / "p.html", "--set", "mobile=")
    assert "no value, so their lines are left out: mobile" in page


def test_skipped_message_says_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b"Auto-Submitted: auto-replied\r\n" + (preview.HERE / "new.eml").read_bytes()
    signature = preview.Signature(text="Jo")
    result = preview.rewrite(raw, signature, preview.OPTIONS)
    (remark,) = preview._reasons(result, "text/html")
    assert (remark.level, remark.word) == ("warning", "Skipped")
    assert remark.text.startswith("auto-submitted")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--signature", "nowhere"], "no folder nowhere", id="no folder"),
        pytest.param(["--signature", "hollow"], "hollow holds neither", id="no template"),
        pytest.param(["--person", "nobody.toml"], "nobody.toml", id="no person"),
        pytest.param(
            ["--person", "bad.toml"], "bad.toml: Invalid value", id="broken person"
        ),
        pytest.param(
            ["--person", "p.csv", "--address", "x@y.z"],
            "p.csv has no row for x@y.z",
            id="no row",
        ),
        pytest.param(
            ["--person", "p.csv", "--address", "n@b.c"],
            "p.csv:3: n@b.c: has no signature (none)",
            id="row without a signature",
        ),
        pytest.param(
            ["--person", "p.csv"],
            "--address is missing: whose row of p.csv?",
            id="no address",
        ),
        pytest.param(
            ["--set", "name=", "--person", "me.toml"],
            "me.toml: good: text must not be blank",
            id="nothing left",
        ),
        pytest.param(
            ["--field", "Foo-x"],
            "--field Foo-x must be letters, digits and _",
            id="no field",
        ),
        pytest.param(["--out", "nowhere/p.html"], "nowhere/p.html", id="no folder for it"),
        pytest.param(["--out", "good"], "'good'", id="a folder in its place"),
        pytest.param(
            ["--set", "nmae=1"], "--set nmae=1: no field is called 'nmae'", id="unknown set"
        ),
        pytest.param(
            ["--set", "mobile"], "--set mobile must be FIELD=VALUE", id="set without value"
        ),
        pytest.param(
            ["--signature", "typo"],
            "typo/signature.txt, line 1, column 4: unknown field 'nmae'",
            id="misspelt field",
        ),
        pytest.param(
            ["--signature", "latin"],
            "latin/signature.txt: 'utf-8'",
            id="template not UTF-8",
        ),
        pytest.param(
            ["--signature", "vector"],
            "vector/images/a.svg: only PNG, JPEG and GIF",
            id="picture that Outlook lacks",
        ),
        pytest.param(
            ["--signature", "empty"],
            "empty/images/a.png: data must hold",
            id="empty picture",
        ),
    ],
)
def test_what_is_wrong_is_one_line(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("good", "typo", "latin", "vector/images", "empty/images", "hollow"):
        Path(name).mkdir(parents=True)
    for name, source in (("good", "{{ name }}"), ("typo", "{{ nmae }}")):
        Path(name, "signature.txt").write_text(source)
    for name, picture in (("vector", "a.svg"), ("empty", "a.png")):
        Path(name, "signature.txt").write_text("x")
        Path(name, "images", picture).touch()
    Path("latin/signature.txt").write_bytes(b"\xe4")
    Path("bad.toml").write_text("name = ")
    Path("p.csv").write_text("address,signature,name\na@b.c,good,A\nn@b.c,none\n")
    Path("me.toml").write_text('name = "Jo"')
    given = ["--signature", "good", *arguments]
    assert preview.main(given) == 1
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert not Path("preview.html").exists()


@pytest.mark.parametrize("name", [".DS_Store", "._logo.png", "Thumbs.db", "desktop.ini"])
def test_what_a_desktop_leaves_beside_the_pictures_is_passed_over(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / name).write_bytes(b"x")
    (tmp_path / "signature.txt").write_text("Jo")
    assert signature_folder.load(tmp_path).images == ()


def test_row_of_the_csv_file_is_the_person(tmp_path: Path) -> None:
    more = ("--person", str(EXAMPLES / "people.csv"), "--address", "Kim@Example.com")
    page = made(SHIPPED / "campaign", tmp_path / "p.html", *more)
    assert "<h1>Signature “campaign” for Kim Example</h1>" in page


@pytest.mark.parametrize("address", ["jo@example.com", "*@example.com", "", "x@y.z"])
def test_row_of_the_domain_or_the_default_is_shown_as_the_relay_takes_it(
    address: str, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        "address,signature,name\n*@example.com,corporate,Co\n*,corporate,All\n"
    )
    for name in NAMES:
        (tmp_path / name).symlink_to(SHIPPED / name)
    more = ("--person", str(people), "--address", address)
    page = made(tmp_path / "corporate", tmp_path / "p.html", *more)
    assert f"for {'Co' if 'example.com' in address else 'All'}</h1>" in page


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.csv", "address,signature,name,motto,titel\na@b.c,own,Jo,Be kind,X\n"),
        ("p.toml", 'name = "Jo"\nmotto = "Be kind"\ntitel = "X"\n'),
    ],
    ids=["column", "key"],
)
def test_field_of_the_file_is_known_and_one_that_nothing_uses_is_warned_of(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "signature.txt").write_text("{{ name }}: {{ motto }}")
    (tmp_path / name).write_text(text)
    more = ["--person", str(tmp_path / name), "--address", "a@b.c"]
    assert "Jo: Be kind" in made(tmp_path / "own", tmp_path / "p.html", *more)
    error = capsys.readouterr().err
    hint = "no signature in use has the field 'titel' (did you mean 'title'?)"
    assert f"{tmp_path / name}: {hint}\n" in error
    assert "motto" not in error
    arguments = ["--signature", str(tmp_path / "own"), "--out", str(tmp_path / "p.html")]
    assert preview.main([*arguments, *more, "--strict"]) == 1


def test_pictures_that_can_not_be_written_are_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "find", lambda: "chromium")
    (tmp_path / "file").touch()
    made(SHIPPED / "corporate", tmp_path / "p.html", "--png", str(tmp_path / "file"))
    error = capsys.readouterr().err
    assert error.startswith("no pictures: ")
    assert error.count("\n") == 1


def test_field_of_ones_own_can_be_set(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "signature.txt").write_text("{{ motto }}")
    more = ("--field", "motto", "--set", "motto=a=b")
    assert "a=b" in made(folder, tmp_path / "p.html", *more)


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("Hi", "Hi\n\n-- \nJo", "-- \nJo"),
        ("Hi\n\n> old", "Hi\n\nJo\n\n> old", "Jo"),
        ("<a>", "<a>\n\n<b>", "&lt;b&gt;"),
        ("same", "same", None),
        ("", "Jo", "Jo"),
    ],
)
def test_what_a_text_has_more_is_marked(
    before: str, after: str, marked: str | None
) -> None:
    old, new = preview_page.text_panes(before, after)
    assert html.unescape(re.sub("<[^>]*>", "", old)) == before
    assert html.unescape(re.sub("<[^>]*>", "", new)) == after
    found = re.search("<mark>(.*)</mark>", new, re.DOTALL)
    assert (found[1] if found else None) == marked


# --- in a browser

PANES = """
[...document.querySelectorAll("figure")].map(figure => {
  const frame = figure.querySelector("iframe");
  const inner = frame ? frame.contentDocument : figure;
  const root = frame ? inner.documentElement : figure;
  const marked = inner.querySelector(frame ? "[data-mailsig]" : "mark");
  const box = marked && marked.getBoundingClientRect();
  return {
    pane: figure.closest("section").id + "-" + figure.className,
    text: (frame ? inner.body : figure.querySelector("pre")).innerText,
    marked: marked && marked.innerText,
    outline: marked && getComputedStyle(marked).outlineStyle,
    width: box ? box.width : 0,
    hidden: frame ? root.scrollWidth - frame.clientWidth : 0,
    cut: frame ? root.getBoundingClientRect().height - frame.clientHeight : 0,
    images: [...figure.querySelectorAll("img"), ...(frame ? inner.images : [])].map(
      image => [image.complete && image.naturalWidth > 0, image.alt, image.width]),
    colors: marked && frame ? [...marked.querySelectorAll("td, a, span, b")].map(
      each => inner.defaultView.getComputedStyle(each).color) : [],
  };
})
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Chromium]:
    program = chromium.find()
    if program is None:
        pytest.skip("Chromium is not installed")
    with chromium.Chromium(program, timeout_s=120) as running:
        yield running


@pytest.fixture(scope="module", params=NAMES)
def seen(
    request: pytest.FixtureRequest,
    browser: chromium.Chromium,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, dict[str, dict[str, Any]], list[str]]:
    """Return a signature's name, its panes as the browser shows them, and its messages."""
    page = tmp_path_factory.mktemp("preview") / "page.html"
    made(SHIPPED / request.param, page)
    browser.messages.clear()
    browser.open(page, width=1320)
    panes = {pane.pop("pane"): pane for pane in browser.ask(PANES)}
    return request.param, panes, list(browser.messages)


Seen = tuple[str, dict[str, dict[str, Any]], list[str]]


def test_browser_has_nothing_to_complain_of(seen: Seen) -> None:
    assert seen[2] == []


def test_browser_shows_every_image(seen: Seen) -> None:
    name, panes, _ = seen
    for pane, found in panes.items():
        whole = pane in ("new-after", "dark-after")
        assert len(found["images"]) == (PICTURES[name] if whole else 0), pane
        assert all(loaded and alt for loaded, alt, _ in found["images"]), pane


def test_browser_shows_the_text_and_the_signature_in_its_place(seen: Seen) -> None:
    _, panes, _ = seen
    assert len(panes) == 10
    for pane, found in panes.items():
        kind, side = pane.split("-")
        hello = "your parcel left" if kind == "plain" else "Hello Kim,"
        assert hello in found["text"], pane
        if side == "before":
            assert found["marked"] is None
            assert "Robin Example\n" not in found["text"].partition("From:")[0]
            continue
        marked = found["marked"].strip()
        assert marked.removeprefix("--").strip().startswith("Robin Example"), pane
        assert found["text"].count(marked) == 1, pane
        others = found["text"].replace(marked, "")
        assert others.split() == panes[f"{kind}-before"]["text"].split(), pane
    reply = panes["reply-after"]["text"]
    order = [
        reply.index(w) for w in ("goes out today", "Robin Example", "From:", "prefers")
    ]
    assert order == sorted(order)
    assert panes["reply-after"]["marked"] != panes["new-after"]["marked"]
    assert panes["dark-after"]["marked"] == panes["new-after"]["marked"]


def test_browser_outlines_what_was_added(seen: Seen) -> None:
    for pane, found in seen[1].items():
        expected = "dashed" if pane.endswith("after") else None
        assert found["outline"] == expected, pane


def test_browser_shows_panes_whole_and_signatures_within_600_pixels(seen: Seen) -> None:
    for pane, found in seen[1].items():
        assert found["hidden"] <= 0, pane
        assert found["cut"] <= 0, pane
        assert found["width"] <= 600, pane


def test_browser_shows_signatures_whole_on_a_phone(
    browser: chromium.Chromium, tmp_path: Path
) -> None:
    for name in NAMES:
        made(SHIPPED / name, tmp_path / "p.html")
        browser.open(tmp_path / "p.html", width=420)
        panes = {pane["pane"]: pane for pane in browser.ask(PANES)}
        assert {
            pane: found["hidden"] for pane, found in panes.items() if found["hidden"] > 0
        } == {}


def contrast(color: str, ground: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""

    def luminance(text: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", text)[:3]]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(color), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("pane", "ground"),
    [
        ("new-after", "255, 255, 255"),
        ("reply-after", "255, 255, 255"),
        ("dark-after", "31, 31, 31"),
    ],
)
def test_browser_shows_readable_colors(seen: Seen, pane: str, ground: str) -> None:
    colors = set(seen[1][pane]["colors"])
    assert colors
    assert {
        color: contrast(color, ground) for color in colors if contrast(color, ground) < 4.5
    } == {}


def test_pictures_are_taken(
    browser: chromium.Chromium, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(SHIPPED / "portrait", tmp_path / "p.html", "--png", str(tmp_path / "png"))
    found = {path.stem: path.read_bytes() for path in (tmp_path / "png").iterdir()}
    assert set(found) == set(preview.SCENES)
    assert all(octets.startswith(PNG) and len(octets) > 20_000 for octets in found.values())


def test_without_a_browser_the_page_is_made_and_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "find", lambda: None)
    made(SHIPPED / "corporate", tmp_path / "p.html", "--png", str(tmp_path / "png"))
    assert capsys.readouterr().err == "no pictures: Chromium is not installed\n"


def test_browser_that_does_not_answer_is_ended_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    false = tmp_path / "browser"
    false.write_text("#!/bin/sh\nexit 1\n")
    false.chmod(0o755)
    monkeypatch.setattr(chromium, "find", lambda: str(false))
    made(SHIPPED / "corporate", tmp_path / "p.html", "--png", str(tmp_path / "png"))
    assert capsys.readouterr().err.startswith("no pictures: ")
