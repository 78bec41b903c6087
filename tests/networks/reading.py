"""Reading HTML as a person would: its text, with line breaks and whole links."""

from __future__ import annotations

from html.parser import HTMLParser


class Reader(HTMLParser):
    """``paragraphs``: the text of each <p>; ``alts``: of each picture; ``fields``: what is in each
    <textarea>; ``tags``: every start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.paragraphs: list[str] = []
        self.alts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.fields: list[str] = []
        self._link = ""
        self._in_field = self._in_paragraph = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        self._in_field = tag == "textarea"
        if self._in_field:
            self.fields.append("")
        elif tag == "p":
            self._in_paragraph = True
            self.paragraphs.append("")
        elif tag == "br" and self._in_paragraph:
            self.paragraphs[-1] += "\n"
        elif tag == "img":
            self.alts.append(values.get("alt") or "")
        elif tag == "a":
            self._link = values.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        self._in_field = False
        if tag == "p":
            self._in_paragraph = False
        if tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        if self._in_field:
            self.fields[-1] += data if self.fields[-1] else data.removeprefix("\n")
        elif self._in_paragraph:
            self.paragraphs[-1] += self._link if self._link.startswith("http") else data

    def text(self) -> str:
        return "\n\n".join(stripped for p in self.paragraphs if (stripped := p.strip()))
