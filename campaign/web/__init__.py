"""``campaign web``: a dashboard in the browser, for people who don't use a terminal."""
