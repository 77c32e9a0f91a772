import mimetypes

import pytest

from projects.deliverables.files.formats import ACCEPTED, Format

PREVIEWED = {Format.PDF, Format.PNG, Format.JPEG}


@pytest.mark.parametrize("file_format", Format)
def test_format_has_the_media_type_of_its_extensions(file_format):
    assert file_format.extension == file_format.extensions[0]
    for extension in file_format.extensions:
        known = mimetypes.guess_type(f"x.{extension}")[0]
        assert known in (file_format.media_type, None)


def test_only_what_runs_nothing_is_previewed():
    assert {file_format for file_format in Format if file_format.is_previewed} == PREVIEWED


def test_images_have_no_text():
    assert {file_format for file_format in Format if not file_format.has_text} == {Format.PNG, Format.JPEG}


def test_a_form_offers_every_extension_once():
    offered = ACCEPTED.split(",")
    assert len(offered) == len(set(offered))
    assert {".pdf", ".docx", ".jpg", ".jpeg", ".markdown"} <= set(offered)
