"""The document camera. Imported by ``ui.pages.intake.shooting`` when it is wanted: it loads QtMultimedia."""
