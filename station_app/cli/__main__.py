"""``python -m station_app.cli``, and the commands' program when it is frozen."""

import sys

from station_app import children

module = children.asked(sys.argv)
if module is not None:
    sys.exit(children.serve(module))

from station_app.cli import main  # noqa: E402  a child needs none of it

sys.exit(main())
