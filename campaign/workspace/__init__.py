"""A folder of text files becomes values; load.load(directory, specs) is the door."""
