"""The page that the network ``handoff`` makes for the person who posts by hand."""
