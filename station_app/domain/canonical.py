"""One spelling of a JSON document, so that equal documents have equal bytes and equal hashes.

UTF-8, keys sorted, no white space (the habit of RFC 8785; our documents hold no floats, so nothing else matters).
"""

from __future__ import annotations

import hashlib
import json


def canonical_json(document: object) -> bytes:
    """The document's one spelling."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sha256_hex(content: bytes) -> str:
    """SHA-256, 64 lower-case hexadecimal characters."""
    return hashlib.sha256(content).hexdigest()
