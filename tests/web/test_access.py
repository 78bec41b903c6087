"""Who comes in, and who does not: each guard alone, and each page with each role."""

from __future__ import annotations

from tests.web.town import Town

def test_x(town: Town) -> None:
    v = town.visitor("ani")
    for p in ("/", "/calendar", "/calendar/week", "/upcoming", "/log", "/help", "/post/world-day/signs/2027-07-29T09:00/site", "/post/world-day/hostile/2027-07-29T15:00/news","/picture/1/0/world-day/picture/2027-07-29T10:00/news","/post/world-day/signs/2027-08-02T09:00/site"):
        r = v.get(p)
        print(p, r.status_code, len(r.data), r.mimetype)
        if town.reported: raise town.reported[0]
    print(v.get('/post/world-day/hostile/2027-07-29T15:00/news').text)
