"""The commands' door: ``station COMMAND``. The same services as the window, without Qt where none is drawn."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from station_app.cli.output import Exit, exit_code_of, say, say_error
from station_app.cli.parser import parse
from station_app.errors import StationError
from ui.messages import sentence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the answer is its exit code (``output.Exit``)."""
    arguments = parse(sys.argv[1:] if argv is None else argv)
    try:
        return int(arguments.run(arguments))
    except StationError as error:
        say_error(error)
        return int(exit_code_of(error))
    except BrokenPipeError:
        return int(Exit.DONE)  # the reader has seen enough
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        say(f"{sentence('environment_failed')} [{type(error).__name__} {error.errno}]")
        return int(Exit.ENVIRONMENT)


if __name__ == "__main__":
    sys.exit(main())
