"""Files of several pages: a PDF or a TIFF taken apart into pictures, in a process of its own that may be hurt by them.

The program's side is ``station_app.papers.pager``.
"""
