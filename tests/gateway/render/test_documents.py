"""The PDF documents: what they say, in each language, whatever the texts hold."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from gateway.render import Page, Renderer, template_faults
from gateway.render.documents import document
from gateway.render.glyphs import REPLACEMENT, is_covered, showable
from gateway.render.typesetting import DocumentError
from rules.model import TimeEntry
from tests.gateway.render.samples import DESK, INVOICE, LANGUAGES, TICKET, page

QUOTE = {"number": 2, "amount": "1450.00", "currency": "EUR", "text": "A drum\n\nand a belt"} | {
    "valid_until": "2026-12-21"
}
BUDGET = {"contract": "Magic", "unit": "hour", "total": "10.00", "spent": "2.50"} | {
    "reserved": "4.00",
    "left": "3.50",
}
DATA: Mapping[str, Mapping[str, object]] = {
    "quote": QUOTE,
    "budget_request": {**QUOTE, "minutes": 240, "contract": "Magic", "contracts": [BUDGET]},
    "service_sheet": {"value": "4210.50", "currency": "EUR"},
    "invoice_notice": {"rows": INVOICE, "totals": ["585.00"], "currency": "EUR", "basis": "time"},
}
TITLES = {
    "quote": ("Quote", "Devis", "Nabídka", "Offerte", "Angebot"),
    "service_sheet": (
        "Service sheet",
        "Fiche d’intervention",
        "Servisní list",
        "Werkbon",
        "Leistungsnachweis",
    ),
}


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


def _page(name: str, language: str, **data: object) -> Page:
    return replace(page("quote", language), data={**DATA[name], **data})


def _words(content: bytes) -> str:
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(" ".join(pages).replace("\u200b", "").split())


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_document_is_set_in_each_language(
    renderer: Renderer, name: str, language: str
) -> None:
    """Archivable (PDF/A), with the desk, the customer and no square for a letter of ours."""
    found = document(renderer, name, _page(name, language), 2)
    words = _words(found.content)
    assert b"pdfaid:part" in found.content
    assert "Accel Service Desk" in words
    assert "Acme & Zonen" in words
    assert REPLACEMENT not in words
    assert found.name.endswith(" 88-2.pdf")


@pytest.mark.parametrize("name", TITLES)
def test_the_file_is_called_after_its_title(renderer: Renderer, name: str) -> None:
    """In the language of who reads it, with the number of ticket and version."""
    for language, title in zip(LANGUAGES, TITLES[name], strict=True):
        found = document(renderer, name, _page(name, language), 1)
        assert found.name == f"{title} 88-1.pdf"


def test_a_quote_says_what_how_much_and_until_when(renderer: Renderer) -> None:
    """Money and dates as the reader writes them."""
    words = _words(document(renderer, "quote", _page("quote", "nl"), 2).content)
    assert "€ 1.450,00" in words
    assert "21 december 2026" in words
    assert "A drum and a belt" in words


def test_a_sheet_has_all_work_over_several_pages(renderer: Renderer) -> None:
    """Paid and unpaid, by whom, with sums, and the head of the table on each page."""
    many = tuple(
        TimeEntry(30, "marie@accel.example", date(2026, 11, 2), n % 2 == 0, f"Entry {n}")
        for n in range(60)
    )
    sheet = replace(_page("service_sheet", "en"), ticket=replace(TICKET, time=many))
    content = document(renderer, "service_sheet", sheet, 1).content
    reader = PdfReader(io.BytesIO(content))
    words = _words(content)
    assert len(reader.pages) > 1
    assert all("Who" in page.extract_text() for page in reader.pages[:-1])
    assert all(f"Entry {n} " in words for n in range(60))
    assert "Together 30 hrs" in words
    assert f"Page 1 of {len(reader.pages)}" in words


def test_the_same_values_give_the_same_bytes(renderer: Renderer) -> None:
    """A document that is made again is the same one."""
    first, again = (document(renderer, "quote", _page("quote", "en"), 1) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("name", DATA)
def test_a_document_names_the_desk_and_nobody_else(renderer: Renderer, name: str) -> None:
    """Neither its pages nor what stands beside them tell who of staff, or what machine, made it."""
    content = document(renderer, name, _page(name, "en"), 2).content
    reader = PdfReader(io.BytesIO(content))
    about = {str(value) for value in (reader.metadata or {}).values()}
    xmp = reader.xmp_metadata
    assert reader.metadata is not None and reader.metadata.author == DESK.name
    assert xmp is not None and xmp.dc_creator == [DESK.name]
    everything = content.decode("latin-1") + _words(content) + "".join(about)
    for secret in ("marie@accel.example", "templates/", ".typ", str(Path.cwd()), str(Path.home())):
        assert secret not in everything


@pytest.mark.parametrize(
    "text",
    [
        '#eval("1 + 1") #read("/etc/passwd") *bold* $x$ <label> @ref',
        '"; panic("x") //',
        "= Heading\n- item\n#pagebreak()",
    ],
)
def test_text_from_outside_is_never_code(renderer: Renderer, text: str) -> None:
    """Markup stands on the page as it was written."""
    words = _words(document(renderer, "quote", _page("quote", "en", text=text), 1).content)
    assert " ".join(text.split()) in words


ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "漢字かな한글😀👩\u200d🚀שלוםمرحباΓειάПриветěščř\u0301\u0323\u202e\ufeff\ue000"
        ),
    ),
    max_size=60,
)


@settings(max_examples=12)
@given(text=ODD)
def test_no_text_breaks_a_document(renderer: Renderer, text: str) -> None:
    """Whatever script or rubbish: there is a page."""
    odd = replace(_page("quote", "en", text=text), names={"jan@acme.example": text})
    assert document(renderer, "quote", odd, 1).content.startswith(b"%PDF")


def test_what_no_font_has_is_a_square() -> None:
    """Greek, Cyrillic, Hebrew and Arabic are there; ideographs and emoji are not, marks vanish."""
    assert showable("Γειά Привет שלום") == "Γειά Привет שלום"
    assert showable("漢 ok 😀") == f"{REPLACEMENT} ok {REPLACEMENT}"
    assert showable("a\u200d\ufe0f\u0000b\u202ec") in ("a\u200dbc", "abc", "a\u200d\ufe0fbc")
    assert is_covered(REPLACEMENT)


def test_a_long_word_may_be_broken() -> None:
    """A line without a space does not run out of its column."""
    assert "\u200b" in showable("x" * 100)


def test_a_document_of_the_home_wins_and_is_checked(tmp_path: Path) -> None:
    """Its own template is taken; a fault in it is named with file and line before it serves."""
    own = tmp_path / "templates"
    own.mkdir()
    (own / "quote.typ").write_text(
        '#import sys.inputs.document: *\n#show: paper.with(tr("Quote"))\nOwn words\n'
    )
    folders = (own, *Renderer().folders)
    assert not [f for f in template_faults(folders) if f.file.endswith(".typ")]
    words = _words(document(Renderer(folders), "quote", _page("quote", "en"), 1).content)
    assert "Own words" in words
    (own / "quote.typ").write_text("#import sys.inputs.document: *\n\n#data.nonsense\n")
    (fault,) = [f for f in template_faults(folders) if f.file.endswith(".typ")]
    assert (Path(fault.file).name, fault.line) == ("quote.typ", 3)
    assert "nonsense" in fault.message


def test_a_document_that_is_not_there_is_an_error(renderer: Renderer) -> None:
    """No mail goes without what it names."""
    with pytest.raises(DocumentError, match="no such file"):
        document(renderer, "nowhere", _page("quote", "en"))
