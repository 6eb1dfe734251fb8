"""The folder of files is lost, and comes back: what is missing is said, nothing else stops."""

import time
from collections.abc import Iterator

from script.measures import product
from script.measures.disk import row_of
from script.measures.frame import Row
from script.measures.writers import Writers

FAULT = 10.0


def storage_lost() -> Iterator[Row]:
    """Files cannot be reached for a while, as when a mount is gone; pages go on without them."""
    with product.installed(product.SQLITE) as installation, installation.serving():
        writers = Writers(installation)
        writers.upload()
        files, away = installation.folder / "files", installation.folder / "files-away"
        with writers.writing():
            time.sleep(2)
            writers.pages.clear()
            files.rename(away)
            files.write_bytes(b"")  # what stands there is no folder: nothing can be put or read
            time.sleep(FAULT)
            files.unlink()
            away.rename(files)
        read = f"{writers.pages[200]} of {writers.pages.total()} pages read"
        well_after = writers.seconds_until_well()
        read_after = writers.seconds_until_read()
        yield row_of(
            "folder of files lost",
            writers,
            well_after,
            f"{read}; files read {read_after:.0f} s later",
        )
