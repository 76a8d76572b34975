"""The core of the station: no Qt, no HTTP."""

import os

# pypinyin's phrases cost 40 MB and 0.1 s, and names are read character by character
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
