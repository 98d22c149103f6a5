"""Every mode of picture comes out as 8-bit grey or RGB on white, with what it shows unchanged."""

import io

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin
from sample_files import encoded, is_marked, marked, read_image

from docflow.intake.pixels import square_size

FORMATS = ("JPEG", "PNG", "TIFF", "WEBP")
TURNED_BY = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a picture lies in a file that carries each orientation."""


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("image_format", FORMATS)
def test_exif_orientations_are_undone(image_format: str, orientation: int) -> None:
    turned = marked().transpose(TURNED_BY[orientation]) if orientation > 1 else marked()
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = read_image(encoded(turned.convert("RGB"), image_format, exif=exif))
    assert (page.width, page.height) == (60, 40)
    assert is_marked(page.pixels)


def test_damaged_exif_is_no_obstacle() -> None:
    assert is_marked(read_image(encoded(marked(), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")).pixels)


@pytest.mark.parametrize(
    ("picture", "image_format"),
    [
        (marked(), "PNG"),
        (marked().convert("1"), "PNG"),
        (marked().convert("1"), "TIFF"),
        (marked().convert("RGB"), "BMP"),
        (marked().convert("P"), "PNG"),
        (marked().convert("LA"), "PNG"),
        (marked().convert("RGBA"), "WEBP"),
        (marked().convert("CMYK"), "JPEG"),
        (marked().convert("CMYK"), "TIFF"),
        (marked().convert("RGB").convert("YCbCr"), "TIFF"),
        (marked().convert("RGB").quantize(4), "BMP"),
    ],
)
def test_a_mode_keeps_what_the_picture_shows(picture: Image.Image, image_format: str) -> None:
    page = read_image(encoded(picture, image_format))
    assert page.pixels.dtype == np.uint8
    assert is_marked(page.pixels)


def test_lab_colours_are_converted() -> None:
    lab = Image.merge("LAB", [marked(), Image.new("L", (60, 40), 128), Image.new("L", (60, 40), 128)])
    page = read_image(encoded(lab, "TIFF"))
    assert page.pixels.ndim == 3
    assert is_marked(page.pixels)


@pytest.mark.parametrize("depth", [10, 12, 16])
def test_deep_grey_is_scaled_by_the_depth_that_is_used(depth: int) -> None:
    ramp = np.linspace(0, 2**depth - 1, 256).round().astype(np.uint16).reshape(16, 16)
    for image_format in ("PNG", "TIFF"):
        page = read_image(encoded(Image.fromarray(ramp), image_format))
        assert np.abs(page.pixels.astype(int).ravel() - np.arange(256)).max() <= 1


@pytest.mark.parametrize("stray", [1, 200])
def test_a_few_stuck_samples_do_not_darken_a_deep_picture(stray: int) -> None:
    samples = np.full((2000, 1500), 4000, np.uint16)
    samples[:1000, :750] = 0
    samples[-1, :stray] = 65535
    page = read_image(encoded(Image.fromarray(samples), "PNG"))
    assert is_marked(page.pixels)
    assert page.pixels[-1, 0] == 255


def test_deep_grey_where_zero_is_white_is_turned_over() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[262] = 0
    buffer = io.BytesIO()
    Image.fromarray(ramp).save(buffer, "TIFF", tiffinfo=tags)
    pixels = read_image(buffer.getvalue()).pixels.ravel()
    assert (pixels[0], pixels[-1]) == (255, 0)


def test_float_grey_from_zero_to_one_fills_the_range() -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16)
    ramp[0, 0] = np.nan
    pixels = read_image(encoded(Image.fromarray(ramp), "TIFF")).pixels
    assert (pixels.min(), pixels.max()) == (0, 255)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_shows_white(mode: str) -> None:
    picture = Image.new(mode, (60, 40), 0)
    picture.paste((0, 0, 0, 255) if mode == "RGBA" else (0, 255), (0, 0, 30, 20))
    assert is_marked(read_image(encoded(picture, "PNG")).pixels)


def test_a_transparent_colour_of_a_palette_shows_white() -> None:
    picture = Image.new("P", (60, 40), 1)
    picture.putpalette([0, 0, 0, 200, 0, 0])
    picture.paste(0, (0, 0, 30, 20))
    assert is_marked(read_image(encoded(picture, "PNG", transparency=1)).pixels)


@pytest.mark.parametrize(("written", "told"), [(300, 300), (72, 72), (1, None), (5000, None)])
def test_a_plausible_resolution_is_told(written: int, told: float | None) -> None:
    page = read_image(encoded(marked(), "JPEG", dpi=(written, written)))
    assert page.dpi == told


def test_the_72_dpi_of_a_camera_is_not_believed() -> None:
    assert read_image(encoded(Image.new("L", (4000, 3000)), "JPEG", dpi=(72, 72))).dpi is None


def test_a_fax_page_gets_square_pixels() -> None:
    page = read_image(encoded(marked(204, 98).convert("1"), "TIFF", dpi=(204, 98)))
    assert (page.width, page.height, page.dpi) == (204, 204, 204)
    assert is_marked(page.pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_fax_page_gets_square_pixels_however_it_is_turned(orientation: int) -> None:
    upright = marked(408, 204).convert("1")
    lying = upright.transpose(TURNED_BY[orientation]) if orientation > 1 else upright
    stored = lying.resize((lying.width, lying.height * 98 // 204))
    page = read_image(encoded(stored, "TIFF", dpi=(204, 98), tiffinfo={0x0112: orientation}))
    assert (page.width, page.height, page.dpi) == (408, 204, 204)
    assert is_marked(page.pixels)


def test_nearly_square_pixels_are_left_alone() -> None:
    assert square_size((100, 50), (200, 196)) == (100, 50)
