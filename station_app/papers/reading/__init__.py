"""Reading a scanned page: where its documents lie, which way up, what they say, what is wrong with them.

Everything here runs in a child process (``child``): pictures and models need hundreds of megabytes, and a picture may
hurt a decoder. ``station_app.papers.reader`` is the parent's side. Nothing is ever corrected in silence: what is
doubtful has a confidence below ``SURE``.
"""

from station_app.domain.reading import SURE

__all__ = ["SURE"]
