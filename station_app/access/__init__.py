"""Who may open a home, and who has it open: key slots, the OS secret store, waits, the home's lock, the idle lock."""
