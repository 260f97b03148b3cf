"""PowerPoint presentations (PPTX): each slide a page with its title, bullets, tables, charts and notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from assistant.ingest.blocks import TextBuilder
from assistant.ingest.parsers.content import Content
from assistant.ingest.parsers.grid import Place, Table, lay_table
from assistant.ingest.parsers.lines import field_of, is_short_field, marker_of
from assistant.ingest.parsers.office.numbering import spelled
from assistant.ingest.parsers.packed import publish_date, transitional, unpackable
from assistant.ingest.parsers.properties import sensible_name, sensible_title

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_ROW = 300_000  # English Metric Units, a third of an inch: shapes whose tops differ by less stand beside each other


def parse_pptx(data: bytes, source: str) -> Content:
    """The slides in their order, hidden ones too."""
    from pptx import Presentation

    archive = unpackable(data, source)
    presentation = Presentation(io.BytesIO(transitional(archive, data)))
    builder = TextBuilder()
    titles, hidden, furniture = list[str](), 0, set[str]()
    for slide in presentation.slides:
        builder.page()
        titles.append(_lay_slide(builder, slide, furniture, len(titles) + 1))
        hidden += slide.element.get("show") == "0"
    known = presentation.core_properties
    first = titles[0] if titles and _opens(presentation.slides[0]) else None
    return Content(
        builder.text,
        title=first or sensible_title(known.title) or next(filter(None, titles), None),
        publisher=sensible_name(known.author),
        published=publish_date(archive),
        pages=builder.pages,
        blocks=builder.blocks(),
        notes=tuple(_hidden(hidden)),
    )


def _hidden(count: int) -> Iterator[str]:
    if count:
        yield "It has a hidden slide; it was read." if count == 1 else f"It has {count} hidden slides; they were read."


def _opens(slide: Any) -> bool:
    """Whether a slide is laid out as the title of the presentation."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    return any(shape.placeholder_format.type == PP_PLACEHOLDER.CENTER_TITLE for shape in slide.placeholders)


def _lay_slide(builder: TextBuilder, slide: Any, furniture: set[str], number: int) -> str:
    """Add a slide and return its title; what one without a title says stands below its number."""
    shapes = _in_order(slide.shapes)
    title = slide.shapes.title
    if title is None or not 0 < len(title.text_frame.text.strip()) <= _LONGEST_TITLE:
        title = _heads(shapes)
    said = " ".join(_text(title.text_frame).split()) if title is not None else ""
    builder.heading(said or (f"Slide {number}" if number > 1 else ""))
    for shape in shapes:
        if title is None or shape.shape_id != title.shape_id:
            _lay_shape(builder, shape, furniture)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        for paragraph in frame.paragraphs:
            builder.paragraph(_paragraph_text(paragraph))
    return said


_SHORT = 80  # characters
_LONGEST_TITLE = 250  # characters; a longer one is the text of the slide


def _heads(shapes: Sequence[Any]) -> Any:
    """The topmost text of a slide without a title, if it is one short line above others."""
    texts = [
        shape for shape in shapes if shape.has_text_frame and shape.text_frame.text.strip() and not _furniture(shape)
    ]
    said = _text(texts[0].text_frame) if len(texts) > 1 else ""
    return texts[0] if said and len(said) <= _SHORT and "\n" not in said and not said.endswith((".", ":")) else None


def _in_order(shapes: Iterable[Any]) -> list[Any]:
    """The shapes of a slide with those of groups, from the top left to the bottom right."""
    return sorted(_flat(shapes), key=lambda shape: ((shape.top or 0) // _ROW, shape.left or 0))


def _flat(shapes: Iterable[Any]) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _in_order(shape.shapes)
        else:
            yield shape


def _lay_shape(builder: TextBuilder, shape: Any, furniture: set[str]) -> None:
    if getattr(shape, "has_table", False):
        lay_table(builder, _table(shape.table))
    elif getattr(shape, "has_chart", False):
        _lay_chart(builder, shape.chart)
    elif shape.has_text_frame:
        if kind := _furniture(shape):
            text = " ".join(_text(shape.text_frame).split())
            if kind != "number" and text not in furniture:
                furniture.add(text)
                builder.furniture(text)
        else:
            _lay_text(builder, shape.text_frame, listed=_is_body(shape))
    else:
        for line in _diagram(shape):
            builder.item(line)


def _furniture(shape: Any) -> str:
    """ "number" or "foot" if a shape is the slide's number or footer; else empty."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    kind = shape.placeholder_format.type if shape.is_placeholder else None
    if kind == PP_PLACEHOLDER.SLIDE_NUMBER:
        return "number"
    return "foot" if kind in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.HEADER) else ""


def _is_body(shape: Any) -> bool:
    """Whether a shape is a placeholder whose paragraphs have bullets unless they say otherwise."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    bodies = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)
    return shape.is_placeholder and shape.placeholder_format.type in bodies


# --- text -----------------------------------------------------------------------------------------


def _lay_text(builder: TextBuilder, frame: Any, listed: bool) -> None:
    """Add the paragraphs of a text frame; a placeholder with only one is text, not a list."""
    paragraphs = [(paragraph, said) for paragraph in frame.paragraphs if (said := _paragraph_text(paragraph))]
    counts: dict[int, int] = {}
    for paragraph, said in paragraphs:
        depth = paragraph.level + 1
        numbered = paragraph._p.find(f"{A}pPr/{A}buAutoNum")
        counts = {level: count for level, count in counts.items() if level <= depth}
        if numbered is not None:
            counts[depth] = counts.get(depth, int(numbered.get("startAt") or 1) - 1) + 1
            builder.item(said, depth, _number(counts[depth], numbered.get("type") or ""))
        elif (marker := marker_of(said)) and len(said) > marker.width:
            builder.item(said[marker.width :], depth, marker.number or "-")
        elif _has_bullet(paragraph, listed and len(paragraphs) > 1):
            builder.item(said, depth)
        elif is_short_field(said) and (field := field_of(said)):
            builder.field(field.label, field.value)
        else:
            builder.paragraph(said)


def _has_bullet(paragraph: Any, usual: bool) -> bool:
    own = paragraph._p.find(f"{A}pPr")
    if own is not None:
        if own.find(f"{A}buNone") is not None:
            return False
        usual = usual or own.find(f"{A}buChar") is not None or own.find(f"{A}buBlip") is not None
    return usual or paragraph.level > 0


_FORMS = {"arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman"}
_FORMS["romanUc"] = "upperRoman"


def _number(count: int, form: str) -> str:
    """The number of an item in one of PowerPoint's forms: "arabicPeriod" is ``3.``, "alphaLcParenBoth" ``(c)``."""
    kind = next((known for known in _FORMS if form.startswith(known)), "arabic")
    said = spelled(count, _FORMS[kind])
    if form.endswith("ParenBoth"):
        return f"({said})"
    return f"{said})" if form.endswith("ParenR") else f"{said}."


def _text(frame: Any) -> str:
    return "\n".join(filter(None, map(_paragraph_text, frame.paragraphs)))


def _paragraph_text(paragraph: Any) -> str:
    said = paragraph.text.replace("\u00ad", "").replace("\x0b", "\n")
    lines = (" ".join(line.split()) for line in said.split("\n"))
    return "\n".join(line for line in lines if line)


# --- tables, charts, diagrams ---------------------------------------------------------------------


def _table(table: Any) -> Table:
    rows: list[list[str]] = []
    covers: dict[Place, Place] = {}
    for number, row in enumerate(table.rows):
        rows.append([])
        for column, cell in enumerate(row.cells):
            rows[-1].append("" if cell.is_spanned else _text(cell.text_frame))
            if cell.is_merge_origin:
                places = ((r, c) for r in range(cell.span_height) for c in range(cell.span_width))
                covers.update({(number + r, column + c): (number, column) for r, c in places if r or c})
    header = None if not table.first_row or any(place[0] == 0 for place in covers) else 1
    return Table(rows, covers, header=header)


def _lay_chart(builder: TextBuilder, chart: Any) -> None:
    """Add the data of a chart as tables: a row for each category, a column for each series."""
    title = _text(chart.chart_title.text_frame) if chart.has_title and chart.chart_title.has_text_frame else ""
    builder.caption(title)
    area = chart._chartSpace.find(f"{C}chart/{C}plotArea")
    for plot in area.iterchildren() if area is not None else ():
        series = list(plot.iterchildren(f"{C}ser"))
        names = [" ".join(_points(each.find(f"{C}tx")).values()) for each in series]
        categories = _points(series[0].find(f"{C}cat")) if series else {}
        values = [_points(each.find(f"{C}val")) for each in series]
        rows = [[name, *(each.get(at, "") for each in values)] for at, name in categories.items()]
        if rows:
            lay_table(builder, Table([["", *names], *rows], header=1), title)


def _points(element: Any) -> dict[int, str]:
    """The texts or numbers of a series, by index."""
    points = {}
    for number, value in enumerate(element.iter(f"{C}v") if element is not None else ()):
        place = value.getparent().get("idx") or str(number)
        points[int(place) if place.isdigit() else number] = value.text or ""
    return points


def _diagram(shape: Any) -> Iterator[str]:
    """The texts of a diagram (SmartArt), which are in a separate part."""
    from lxml import etree  # type: ignore[import-untyped]  # publishes no types

    for element in shape.element.iter():
        key = next((value for name, value in element.attrib.items() if name.endswith("}dm")), None)
        if key and key in shape.part.rels:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            root = etree.fromstring(shape.part.rels[key].target_part.blob, parser=parser)
            for paragraph in root.iter(f"{A}p"):
                if said := " ".join("".join(text.text or "" for text in paragraph.iter(f"{A}t")).split()):
                    yield said
