"""Receipts as PDF: the same facts always come to the same bytes.

Letters come from Google's Noto fonts, which are free: Latin, Greek, Cyrillic and Devanagari from one, and Arabic,
Tamil, Telugu and Thai from others that are opened only where a text needs them. HarfBuzz joins and reorders them as
their scripts want it. What no font here has, such as Chinese, shows as empty boxes; the amounts stay readable.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from fractions import Fraction

from fontpkg import path as font_path
from fpdf import FPDF
from fpdf.enums import TextMode, XPos, YPos
from fpdf.fonts import FontFace

from common.money import Money
from payments.receipts import Bill, Movement, ReceiptFacts, Sender

FAMILY = "Noto Sans"
# Other scripts of the same hand, and the letters by which they are known.
SCRIPTS = {
    "Noto Sans Arabic": re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]"),
    "Noto Sans Tamil": re.compile("[\u0b80-\u0bff]"),
    "Noto Sans Telugu": re.compile("[\u0c00-\u0c7f]"),
    "Noto Sans Thai": re.compile("[\u0e00-\u0e7f]"),
}
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")

INK, QUIET, ACCENT, RULE, TINT = (32, 38, 36), (104, 116, 112), (28, 124, 105), (208, 218, 214), (239, 250, 247)
MARGIN, WIDTH = 18, 174
# In millimetres: what makes strokes of letters bold, and how wide the block of sums is.
BOLD, SUMS = 0.16, 86
ROW = 6
BOUGHT = (("What", 96, "LEFT"), ("Count", 16, "RIGHT"), ("Each", 28, "RIGHT"), ("Amount", 34, "RIGHT"))
MOVED = (("Day", 26, "LEFT"), ("What", 28, "LEFT"), ("By", 86, "LEFT"), ("Amount", 34, "RIGHT"))


def receipt_file(facts: ReceiptFacts) -> bytes:
    page = _Page(facts)
    page.add_page()
    page.head(facts.sender)
    page.who_and_what(facts)
    page.lines(facts.bill)
    page.sums(facts.bill)
    page.movements("Paid", facts.paid)
    page.movements("Given back", facts.given_back)
    page.balance(facts)
    return bytes(page.output())


class _Page(FPDF):
    """An A4 page in the platform's colours. The methods are its parts, from the top."""

    def __init__(self, facts: ReceiptFacts) -> None:
        super().__init__(format="A4")
        self.facts = facts
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=24)
        self._open_fonts(_texts(facts))
        self.set_title(f"Receipt {facts.number}")
        self.set_author(_clean(facts.sender.name))
        self.set_creator(_clean(facts.sender.name))
        self.set_lang("en")
        self.set_creation_date(datetime.combine(facts.issued_on, time.min, UTC))
        self.ink()

    def _open_fonts(self, texts: Iterable[str]) -> None:
        self.add_font("noto", fname=font_path(FAMILY))
        written = "".join(texts)
        needed = [name for name, letters in SCRIPTS.items() if letters.search(written)]
        for name in needed:
            self.add_font(name, fname=font_path(name))
        self.set_fallback_fonts(needed)
        self.set_font("noto", size=9.5)
        self.set_text_shaping(True)

    def ink(self, colour: tuple[int, int, int] = INK, size: float = 9.5) -> None:
        self.set_text_color(*colour)
        self.set_font_size(size)

    @contextmanager
    def bold(self) -> Iterator[None]:
        """By stroking the letters' outlines: a second cut of the font would be as large as the first."""
        with self.local_context(text_mode=TextMode.FILL_STROKE, line_width=BOLD, draw_color=self.text_color):
            yield

    def word(self, text: str, *, width: float = 0, align: str = "L", ends_line: bool = True, height: float = 5) -> None:
        across, down = (XPos.LMARGIN, YPos.NEXT) if ends_line else (XPos.RIGHT, YPos.TOP)
        self.cell(width, height, _clean(text), align=align, new_x=across, new_y=down)

    def paragraph(self, text: str, width: float, *, height: float = 5) -> None:
        self.multi_cell(width, height, _clean(text), align="L", new_x=XPos.LEFT, new_y=YPos.NEXT)

    def footer(self) -> None:
        self.set_y(-16)
        self.ink(QUIET, 8)
        self.set_draw_color(*RULE)
        self.line(MARGIN, self.get_y(), MARGIN + WIDTH, self.get_y())
        self.word(f"Receipt {self.facts.number}", width=WIDTH / 2, ends_line=False, height=8)
        self.word(f"Page {self.page_no()} of {{nb}}", width=WIDTH / 2, align="R", height=8)
        self.ink()

    def head(self, sender: Sender) -> None:
        self.set_fill_color(*ACCENT)
        self.rect(0, 0, self.w, 4, style="F")
        top = self.get_y()
        self.ink(ACCENT, 19)
        with self.bold():
            self.paragraph(sender.name, 110, height=9)
        self.ink(QUIET, 9)
        for way in sender.reached_by:
            self.paragraph(way, 110, height=4.6)
        below = self.get_y()
        self.set_xy(MARGIN + 110, top)
        self.ink(INK, 13)
        with self.bold():
            self.word("Receipt", width=64, align="R", height=9)
        self.set_x(MARGIN + 110)
        self.ink(QUIET, 10)
        self.word(self.facts.number, width=64, align="R")
        self.set_y(max(below, self.get_y()) + 4)
        self._rule()

    def who_and_what(self, facts: ReceiptFacts) -> None:
        top, bill = self.get_y(), facts.bill
        self._heading("Received from", 84)
        with self.bold():
            self.paragraph(bill.customer, 84, height=5.2)
        self.ink(QUIET, 9)
        for way in bill.reached_by:
            self.paragraph(way, 84, height=4.6)
        below = self.get_y()
        self.set_xy(MARGIN + 90, top)
        self._heading("For", 84)
        for name, value in (("Booking", bill.number), ("Issued", _day(facts.issued_on)), *bill.facts):
            self.set_x(MARGIN + 90)
            self.ink(QUIET, 9)
            self.word(name, width=24, ends_line=False)
            self.ink(INK, 9)
            self.paragraph(value, 60)
        self.set_y(max(below, self.get_y()) + 6)
        self.ink()

    def lines(self, bill: Bill) -> None:
        rows = [(one.name, str(one.quantity), str(one.each), _priced(one.together)) for one in bill.lines]
        self._table(BOUGHT, rows or [(bill.title, "1", str(bill.subtotal), _priced(bill.subtotal))])

    def sums(self, bill: Bill) -> None:
        rate = f"{float(Fraction(bill.tax_basis_points, 100)):g} %"
        rows = [("Subtotal", bill.subtotal)]
        if bill.discount:
            rows.append(("Discount", -bill.discount))
        if not bill.prices_include_tax:
            rows.append((f"Tax, {rate}", bill.tax))
        self._need(len(rows) + 4)
        self.ln(2)
        for name, amount in rows:
            self._sum(name, amount)
        self._sum("Total", bill.total, is_bold=True)
        if bill.prices_include_tax:
            self._sum(f"of which tax, {rate}", bill.tax)
        for name, amount in (("Paid by points", bill.points), ("Paid by credit", bill.credit)):
            if amount:
                self._sum(name, -amount)

    def movements(self, title: str, movements: Sequence[Movement]) -> None:
        if not movements:
            return
        self._need(4)
        self.ln(5)
        self._heading(title, WIDTH)
        rows = [
            (_day(each.day), each.what, f"{each.gateway}\n{each.reference}", _priced(each.amount)) for each in movements
        ]
        self._table(MOVED, rows)

    def balance(self, facts: ReceiptFacts) -> None:
        self._need(5)
        self.ln(3)
        self._sum("Paid, less what went back", facts.kept)
        self._sum("Still due", facts.bill.due, is_bold=True)
        if facts.bill.note:
            self.ln(4)
            self.ink(QUIET, 9)
            self.paragraph(facts.bill.note, WIDTH)

    def _heading(self, text: str, width: float) -> None:
        left = self.get_x()
        self.ink(ACCENT, 8.5)
        with self.bold():
            self.word(text, width=width, height=6)
        self.set_x(left)
        self.ink()

    def _rule(self) -> None:
        self.set_draw_color(*RULE)
        self.line(MARGIN, self.get_y(), MARGIN + WIDTH, self.get_y())
        self.ln(5)

    def _need(self, rows: int) -> None:
        """What belongs together is not torn apart by the end of a page."""
        if self.will_page_break(rows * ROW):
            self.add_page()

    def _sum(self, name: str, amount: Money, *, is_bold: bool = False) -> None:
        left = MARGIN + WIDTH - SUMS
        if is_bold:
            self.set_fill_color(*TINT)
            self.rect(left, self.get_y(), SUMS, ROW + 1.5, style="F")
        height = ROW + 1.5 if is_bold else ROW
        self.set_x(left + 2)
        self.ink(INK if is_bold else QUIET, 10.5 if is_bold else 9.5)
        with self.bold() if is_bold else self.local_context():
            self.word(name, width=SUMS - 40, ends_line=False, height=height)
            self.ink(ACCENT if is_bold else INK, 10.5 if is_bold else 9.5)
            self.word(_priced(amount), width=38, align="R", height=height)
        self.ink()

    def _table(self, columns: Sequence[tuple[str, int, str]], rows: Iterable[Sequence[str]]) -> None:
        """Each column has a heading, a width and a side."""
        heading, widths, sides = zip(*columns, strict=True)
        self.set_draw_color(*RULE)
        self.set_fill_color(255, 255, 255)
        self.set_line_width(0.2)
        with self.table(
            borders_layout="HORIZONTAL_LINES",
            col_widths=widths,
            width=WIDTH,
            line_height=5,
            padding=(1.2, 1),
            text_align=sides,
            headings_style=FontFace(color=QUIET, fill_color=TINT, size_pt=8.5),
        ) as table:
            for cells in (heading, *rows):
                table.row([_clean(cell, keeps_lines=True) for cell in cells])


def _texts(facts: ReceiptFacts) -> Iterator[str]:
    """Everything that people wrote, to see which scripts it takes."""
    bill = facts.bill
    yield from (facts.sender.name, *facts.sender.reached_by, bill.title, bill.customer, *bill.reached_by, bill.note)
    yield from (one.name for one in bill.lines)
    yield from (f"{name}{value}" for name, value in bill.facts)


def _clean(text: str, *, keeps_lines: bool = False) -> str:
    """Without what no paper shows, and without signs that turn the direction of what follows."""
    parts = text.split("\n") if keeps_lines else [text]
    return "\n".join(_UNPRINTABLE.sub(" ", part) for part in parts)


def _priced(amount: Money) -> str:
    return f"{amount} {amount.currency}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
