"""``python -m ui.theme.self_check``: exit 0 when Qt starts and has a face for Chinese."""

from __future__ import annotations

import sys

from PySide6.QtGui import QFontDatabase, QGuiApplication

from ui.theme.fonts import FAMILIES


def main() -> int:
    application = QGuiApplication(sys.argv[:1])
    found = set(QFontDatabase.families())
    application.shutdown()
    return 0 if found & set(FAMILIES) else 1


if __name__ == "__main__":
    sys.exit(main())
