"""Trials: everything that can happen to a station and its server happens, and afterwards both sides are compared."""
