"""A model's files as one archive, to be kept as a blob: the same files give the same bytes."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path, PurePosixPath

from docflow.classify.files import LARGEST_MODEL, read_files
from docflow.classify.pipeline_file import EARLIEST
from docflow.errors import ModelFileError


def pack(folder: Path) -> bytes:
    """The folder's files as a ZIP archive, in the order of their names; `ModelFileError` where there are none."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in read_files(folder).items():
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Write the files of such an archive into `folder`, which is made if it is missing.

    Raises `ModelFileError` for what is no such archive, unpacks to more than a model has, or leads out of the folder.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_MODEL:
                raise ModelFileError(f"the published model has more than {LARGEST_MODEL} bytes")
            for member in archive.infolist():
                name = PurePosixPath(member.filename)
                if name.is_absolute() or ".." in name.parts or "\\" in member.filename:
                    raise ModelFileError("the published model has a file that lies outside of it")
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(member))
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise ModelFileError("the published model is no archive of ours") from error
