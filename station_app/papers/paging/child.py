"""The child process: one file on standard input, its pages on standard output.

In:  {"size": BYTES, "most": PAGES} on a line, then the file. Standard input stays open as long as the answer is wanted.
Out: {"media_type": TYPE, "size": BYTES} on a line, then the picture, for each page; at last {"end": true} or
     {"error": CODE, "params": {...}}.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

from station_app.errors import UserError
from station_app.papers.paging import pdf, tiff
from station_app.papers.paging.page import FilePage, is_pdf

_MEMORY = 3 * 2**30  # bytes of address space: a page that wants more is no page


def main() -> None:
    _bound_memory()
    source = sys.stdin.buffer
    asked = json.loads(source.readline())
    content = source.read(asked["size"])
    threading.Thread(target=_watch, args=(sys.stdin.fileno(),), daemon=True).start()
    try:
        for page in pages_of(content, asked["most"]):
            _say({"media_type": page.media_type, "size": len(page.content)}, page.content)
        _say({"end": True})
    except UserError as error:
        _say({"error": error.code, "params": error.params})
    except MemoryError:
        _say({"error": "picture_too_large", "params": {}})


def pages_of(content: bytes, most: int) -> Iterator[FilePage]:
    """Raises UserError as ``pdf.pages`` and ``tiff.pages``."""
    return pdf.pages(content, most) if is_pdf(content) else tiff.pages(content, most)


def _say(head: dict[str, Any], body: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


def _watch(stdin: int) -> None:
    """Once the input ends nobody waits for the pages: the process ends, whatever it draws."""
    while os.read(stdin, 1):
        pass
    os._exit(0)


def _bound_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


if __name__ == "__main__":
    main()
