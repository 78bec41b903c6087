"""The page on which volunteers look at what went out: template, style, script and words."""
