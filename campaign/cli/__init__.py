"""The command: one verb, one file: parse, call one function, print."""
