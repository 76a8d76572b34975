"""The world of child processes, for every test in this folder."""

from tests.system.fixtures import papers, port, template, world

__all__ = ["papers", "port", "template", "world"]
