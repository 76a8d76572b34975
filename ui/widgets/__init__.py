"""The parts all pages are built from. Import each from its own module."""
