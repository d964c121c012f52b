"""How the display is drawn, and shown to people without one. The looks are in tests/golden."""

import pytest
from PIL import Image

from saykey.panel import fonts, icons
from saykey.panel.picture import braille, enlarge


def two_by_four(*rows):
    picture = Image.new("1", (len(rows[0]), len(rows)))
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            picture.putpixel((x, y), cell == "#")
    return picture


@pytest.mark.parametrize("font", [fonts.small(), fonts.large()], ids=["small", "large"])
@pytest.mark.parametrize(
    "letters",
    [
        "ABCXYZ abcxyz 0123456789 .,;:!?'\"()-\N{EN DASH}—…“”„«»",
        "ÄÖÜäöüß éèêëçœæ ñ¿¡ ãõ åø ğışİ őű łśźżąę čďěňřšťůž șț",
        "ΑΒΓΔΩ αβγδεζηθικλμνξοπρστυφχψω ςάέήίόύώϊϋΐΰ",
        "АБВГДЯ абвгдеёжзийклмнопрстуфхцчшщъыьэюя іїєґ ў ђјљњћџ ѓќ",
    ],
    ids=["ascii", "latin", "greek", "cyrillic"],
)
def test_the_fonts_have_the_letters_of_european_languages(font, letters):
    assert font.drawable(letters) == letters


@pytest.mark.parametrize("character", ["漢", "😀", "\u202e", "\x07", "\ud800", "ب", "\uffff"])
def test_a_character_the_font_lacks_is_a_box(character):
    assert fonts.small().drawable(f"a{character}b") == f"a{fonts.BOX}b"


def test_the_box_can_be_seen():
    assert fonts.small().face.getbbox(fonts.BOX) is not None
    assert any(fonts.small().face.getmask(fonts.BOX, mode="1"))


def test_letter_and_mark_are_composed_where_there_is_such_a_letter():
    assert fonts.small().drawable("e\u0301") == "é"
    assert fonts.small().drawable("x\u0323") == "x"


def test_all_icons_of_a_kind_have_one_size():
    for kind, size in ((icons.MARKS, (11, 11)), (icons.LINKS, (9, 8)), (icons.MODELS, (7, 8))):
        for icon in kind.values():
            rows = icons.rows(icon)
            assert {len(row) for row in rows} == {size[0]}
            assert len(rows) == size[1]
            assert set("".join(rows)) == {"#", "."}


def test_braille_puts_two_by_four_pixels_in_a_character():
    assert braille(two_by_four("#.", "..", "..", "..")) == "⠁"
    assert braille(two_by_four("##", "##", "##", "##")) == "⣿"
    assert braille(two_by_four("..", "..", "..", ".#")) == "⢀"


def test_enlarged_pixels_are_lit_squares_with_a_dark_grid():
    large = enlarge(two_by_four("#.", ".#"), 4)
    assert large.size == (8, 8)
    assert large.mode == "RGB"
    lit, dark = large.getpixel((2, 2)), large.getpixel((6, 2))
    assert sum(lit) > sum(dark)
    assert large.getpixel((0, 2)) == dark
    assert large.getpixel((6, 6)) == lit
