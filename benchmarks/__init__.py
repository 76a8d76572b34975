"""What the program costs, each measure beside a baseline that does the same work with the plain driver.

A baseline and its subject alternate in one run, so that a busy machine slows both. Only ratios travel from one machine
to another; where a person waits, the value itself has a limit.
"""
