"""Views that several pages of lists share: lines under headings, the table of cases, all about one case."""
