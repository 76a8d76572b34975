"""The commands' door: ``station COMMAND``. The same services as the window, without Qt where none is drawn."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from station_app.cli.output import Exit, exit_code_of, say, say_error
from station_app.cli.parser import parse
from station_app.errors import StationError
from ui.messages import sentence
from ui.reports import chain


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the answer is its exit code (``output.Exit``)."""
    _answer_in_utf8()
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
    except Exception as error:
        say(sentence("command_bug"))
        say("\n".join(chain(error)))  # the places without the values: those may be somebody's
        return int(Exit.BUG)


def _answer_in_utf8() -> None:
    """Another program reads UTF-8 whatever the terminal's own encoding is, and no character is refused."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
