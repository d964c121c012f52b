"""Every scene of the display, pixel by pixel. `python tests/golden/make.py` redraws them."""

from pathlib import Path

import pytest
from golden_scenes import SCENES, file_name
from PIL import Image, ImageChops

from saykey.panel.picture import draw
from saykey.panel.screens.order import screen_of

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("scene", SCENES)
def test_the_display_looks_as_kept(scene, tmp_path):
    picture = draw(screen_of(SCENES[scene]))
    with Image.open(FOLDER / file_name(scene)) as kept:
        changed = ImageChops.logical_xor(picture, kept.convert("1")).getbbox()
    if changed:
        actual = tmp_path / file_name(scene)
        picture.save(actual)
        pytest.fail(f"{scene}: pixels differ within {changed}; what was drawn is in {actual}")


def test_every_kept_picture_is_of_a_scene():
    assert {each.name for each in FOLDER.glob("*.png")} == {file_name(each) for each in SCENES}


def test_all_scenes_look_different():
    looks = {draw(screen_of(view)).tobytes() for view in SCENES.values()}
    assert len(looks) == len(SCENES)
