"""The folder that the network ``feed`` keeps: entries, pages, Atom."""
