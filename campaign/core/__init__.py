"""What a campaign is and what may happen to it: pure values and functions, no clock, disk, network or SQL."""
