"""Tables of posts as teams keep them (CSV): read, judged, and written as a campaign file for review."""
