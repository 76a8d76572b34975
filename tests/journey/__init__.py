"""The main job, played through the real windows: see ``__main__``."""
