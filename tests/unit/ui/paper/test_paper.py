"""Papers as PDFs and pictures: what can be read back from them."""

from __future__ import annotations

import io
from pathlib import Path
from threading import Thread

import pypdf
import pytest
import zxingcpp
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter

from station_app.domain.application import Category
from station_app.errors import EnvironmentFault
from station_app.papers import Paper, Sheet, application_form, confirmation_sheet, read_code, receipt
from tests.unit.papers.paper_cases import ANNEX, REFERENCE, blank_case, paper_case, squeezed
from ui.paper import page_images, pdf_bytes, print_sheet, write_pdf

pytestmark = pytest.mark.usefixtures("qapp")


def pdf_text(content: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages))


def picture(image: QImage) -> Image.Image:
    bits = bytes(image.constBits())
    return Image.frombytes("RGB", (image.width(), image.height()), bits, "raw", "BGRX", image.bytesPerLine())


def test_the_blank_form_reads_back_as_annex_1_and_its_foot(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    printed = write_pdf(application_form(blank_case(Category.SOCIAL_WORKER)), path)
    assert printed.pages == 1
    assert not printed.missing
    assert pdf_text(path.read_bytes()) == f"{squeezed(ANNEX)}受理号{REFERENCE}第1页,共1页"


def test_the_form_reads_back_with_every_value_after_its_label() -> None:
    made = paper_case(Category.SOCIAL_WORKER)
    words = pdf_text(pdf_bytes(application_form(made)))
    applicant = made.content.applicant
    assert f"姓名{applicant['name']}手机号{applicant['phone']}" in words
    assert f"身份证号{applicant['id_number']}工作单位{squeezed(applicant['employer'])}" in words
    assert f"卡号{applicant['card_no']}职务{applicant['position']}" in words


def test_a_pdf_is_a4_with_its_fonts_inside() -> None:
    page = pypdf.PdfReader(io.BytesIO(pdf_bytes(receipt(paper_case())))).pages[0]
    assert [round(float(each)) for each in page.mediabox[2:]] == [595, 842]
    fonts = [each.get_object() for each in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


@pytest.mark.parametrize(
    ("make", "paper", "pages"),
    [(application_form, Paper.FORM, 1), (confirmation_sheet, Paper.SHEET, 2), (receipt, Paper.RECEIPT, 1)],
)
def test_every_pages_code_is_read_from_a_scan(make: object, paper: Paper, pages: int) -> None:
    category = Category.SOCIAL_WORKER if paper is Paper.FORM else Category.VOCATIONAL
    assert callable(make)
    images = page_images(make(paper_case(category)), 150)
    assert len(images) == pages
    for number, image in enumerate(images, start=1):
        found = zxingcpp.read_barcodes(picture(image).rotate(2, fillcolor="white"))
        assert [read_code(each.text) for each in found] == [
            read_code(f"{REFERENCE}/{paper.upper()}/R1/P{number}-{pages}")
        ]


def test_long_values_wrap_and_nothing_is_cut() -> None:
    long = {
        "name": "欧阳" + "阿卜杜热西提" * 9,
        "employer": "北京测试" + "精密仪器制造有限责任公司" * 16,
        "position": "高级" * 29,
    }
    words = pdf_text(pdf_bytes(application_form(paper_case(Category.SOCIAL_WORKER, applicant=long))))
    for value in long.values():
        assert value in words
    digits = "9" * 60
    assert digits in pdf_text(
        pdf_bytes(application_form(paper_case(Category.SOCIAL_WORKER, certificate={"management_no": digits})))
    )


def test_no_mark_leaves_the_page_however_long_the_values() -> None:
    long = {"name": "长" * 60, "employer": "企" * 200, "position": "职" * 60}
    made = paper_case(Category.COMPETITION, applicant=long, certificate={"rank": 30}, insisted="理" * 500)
    for image in page_images(confirmation_sheet(made), 40):
        edge = picture(image).convert("L").crop((image.width() - 16, 0, image.width(), image.height()))
        assert edge.getextrema() == (255, 255)
    assert "理" * 500 in pdf_text(pdf_bytes(confirmation_sheet(made)))


def test_a_character_no_font_has_is_named_and_printed_as_a_geta() -> None:
    made = paper_case(applicant={"name": "张\ue123"})
    words = pdf_text(pdf_bytes(receipt(made)))
    assert "张〓" in words


def test_rare_characters_and_shared_glyphs_are_copied_as_they_were_written() -> None:
    names = "龙飞马骏黄页门见西长青风食骨鬼鱼鸟麦齐龟䶮㛃𠮷㐱𬬭"
    content = pdf_bytes(receipt(paper_case(applicant={"name": names})))
    raw = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content), strict=True).pages)
    assert names in raw  # no normalising: Qt alone gives radicals for half of them


def test_the_missing_character_is_told_to_the_caller(tmp_path: Path) -> None:
    printed = write_pdf(receipt(paper_case(applicant={"name": "张\ue123"})), tmp_path / "receipt.pdf")
    assert printed.missing == "\ue123"
    printed = write_pdf(receipt(paper_case(applicant={"name": "䶮㛃𠮷㐱𬬭"})), tmp_path / "receipt.pdf")
    assert not printed.missing


def test_a_pdf_can_be_made_off_the_main_thread() -> None:
    made: list[bytes] = []
    sheet = receipt(paper_case())
    thread = Thread(target=lambda: made.append(pdf_bytes(sheet)))
    thread.start()
    thread.join()
    assert REFERENCE in pdf_text(made[0])


def test_a_folder_that_is_not_there_is_the_environments_fault(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        write_pdf(receipt(paper_case()), tmp_path / "gone" / "receipt.pdf")
    assert caught.value.code == "file_not_writable"


def test_the_printer_gets_the_same_pages(tmp_path: Path) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    sheet: Sheet = confirmation_sheet(paper_case())
    assert print_sheet(sheet, printer).pages == 2
    printed = pypdf.PdfReader(tmp_path / "printed.pdf")
    assert len(printed.pages) == 2
    assert REFERENCE in squeezed(printed.pages[1].extract_text())


def test_the_metadata_holds_no_personal_data() -> None:
    made = paper_case()
    info = str(pypdf.PdfReader(io.BytesIO(pdf_bytes(receipt(made)))).metadata)
    assert REFERENCE in info
    assert made.content.applicant["name"] not in info
