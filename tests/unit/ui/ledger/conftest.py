from tests.unit.ui.todo.fixtures import bare, full, handle, show, world

__all__ = ["bare", "full", "handle", "show", "world"]
