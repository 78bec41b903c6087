"""Data: what tells on people who follow a link: click ids in its query, shorteners, and hosts that pass a visit on.

All three write down who came from where before the page opens. For a link to help that record is a risk to whoever
clicks it (rule SG29 of our domain research: no click logs of people who seek help). Chats (wa.me, t.me, m.me) are where
they lead themselves, so they are none of these.
"""

from __future__ import annotations

TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "itm_", "oft_", "bsft_", "at_")
"""Keys of analytics (Google, Matomo and its older names, HubSpot ads, Piano's ``at_``) by how they begin."""

_STRIPPED = """
__hsfp __hssc __hstc __s _bhlid _branch_match_id _branch_referrer _gl _hsenc _kx _openstat bbeml dclid et_rid
fb_action_ids fb_comment_id fbclid gbraid gclid guce_referrer guce_referrer_sig hsctatracking irclickid mc_eid
ml_subscriber ml_subscriber_hash msclkid oly_anon_id oly_enc_id rb_clickid s_cid srsltid ss_email_id twclid
unicorn_click_id vero_conv vero_id vgo_ee wbraid wickedid yclid ymclid ysclid igsh igshid ref_src ref_url mkt_tok
"""
"""What Brave strips from every address, and mkt_tok, igsh, igshid, ref_src, ref_url that it strips on some:
brave/brave-core, components/query_filter/browser/utils.cc, each with its issue there; read in 2026-11."""

_FURTHER = """
ttclid li_fat_id epik gclsrc gad_source gad_campaignid mc_cid _hsmi sc_cid fb_ref fb_source wt.mc_id
"""
"""Further click ids of TikTok, LinkedIn, Pinterest, Google, Mailchimp, HubSpot, Snapchat, Facebook, Webtrends (general
knowledge, not looked up)."""

TRACKING_KEYS = frozenset((_STRIPPED + _FURTHER).split())

_SHORT = """
t.co bit.ly bitly.com j.mp tinyurl.com tiny.cc tiny.one is.gd v.gd ow.ly buff.ly goo.gl lnkd.in s.id rb.gy cutt.ly
shorturl.at shorturl.com t.ly dub.sh rebrand.ly bl.ink short.gy shorter.me soo.gd t2m.io u.to adf.ly ouo.io clck.ru
vk.cc trib.al dlvr.it ift.tt hubs.ly hubs.la hubs.li snip.ly lihi.cc reurl.cc ppt.cc wa.link linko.page qrco.de shp.ee
eepurl.com spr.ly fb.me amzn.to tr.ee smarturl.it geni.us linkjust.com bityl.co s.ly kutt.it surl.li n9.cl urlz.fr
x.gd da.gd bom.so
"""

SHORTENERS = frozenset(_SHORT.split())
"""The public ones that people use most, written down by us; github.com/PeterDaveHello/url-shorteners lists more."""

REDIRECTORS = {
    # host (and all below it): how the paths begin that pass a visit on; "" is every path
    "l.facebook.com": "",
    "lm.facebook.com": "",
    "l.messenger.com": "",
    "l.instagram.com": "",
    "l.threads.net": "",
    "l.threads.com": "",
    "google.com": "/url",
    "google.co.id": "/url",
    "youtube.com": "/redirect",
    "linkedin.com": "/redir",
    "vk.com": "/away",
    "out.reddit.com": "",
    "t.umblr.com": "",
    "slack-redir.net": "",
    "steamcommunity.com": "/linkfilter",
    "duckduckgo.com": "/l/",
    "bing.com": "/ck/",
    "r.search.yahoo.com": "",
    "safelinks.protection.outlook.com": "",
    "urldefense.com": "",
    "urldefense.proofpoint.com": "",
    "linkprotect.cudasvc.com": "",
    "list-manage.com": "",
    "ct.sendgrid.net": "",
    "hubspotlinks.com": "",
    "href.li": "",
    "anon.to": "",
    "dereferer.me": "",
    "page.link": "",
    "app.link": "",
    "bnc.lt": "",
    "onelink.me": "",
    "go.redirectingat.com": "",
    "go.skimresources.com": "",
    "click.linksynergy.com": "",
}
"""Services that count a visit and pass it on, of networks, mail programs, newsletters and advertising."""
