"""The stored files, wherever the storage keeps them."""

from collections.abc import Iterator

from django.core.files.storage import default_storage

# `/readyz` writes there, and erases what it wrote.
_PROBES = "readyz"


def stored_files(folder: str = "") -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return  # nothing was ever stored
    for name in sorted(files):
        yield f"{folder}{name}"
    for name in sorted(folders):
        if folder or name != _PROBES:
            yield from stored_files(f"{folder}{name}/")
