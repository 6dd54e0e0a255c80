"""The papers' feeds, sitemaps and robots.txt."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from html import escape

from flows.demo.pages import Site
from flows.demo.papers import Story

TRACKING = "utm_source=feed&utm_medium=rss"  # what feeds put on their links


def feed_of(site: Site) -> str:
    """RSS 2.0 or Atom, as the paper has it."""
    return _rss(site) if site.paper.feed == "rss" else _atom(site)


def latest_change(site: Site) -> datetime:
    """When anything here was last published or edited."""
    return max(story.updated_at for story in site.stories)


def _rss(site: Site) -> str:
    items = "\n".join(_rss_item(site, story) for story in site.stories)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>{escape(site.paper.name)}</title>
<link>{site.origin}/</link>
<atom:link href="{site.origin}{site.paper.feed_path}" rel="self" type="application/rss+xml"/>
<description>{escape(site.paper.motto)}</description>
<language>{site.paper.language}</language>
<lastBuildDate>{format_datetime(latest_change(site))}</lastBuildDate>
<ttl>10</ttl>
{items}
</channel>
</rss>
"""


def _rss_item(site: Site, story: Story) -> str:
    """The summary as blog systems give it: markup in it, and where the post first appeared."""
    summary = f"<p>{escape(story.summary)}</p>"
    if site.paper.id == "courier":
        link = f'<a href="{site.url_of(story)}">{escape(story.title)}</a>'
        summary += f"<p>The post {link} first appeared on {escape(site.paper.name)}.</p>"
    authors = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in story.authors)
    tags = "".join(f"<category>{escape(tag)}</category>" for tag in (story.section, *story.tags))
    return f"""<item>
<title>{escape(story.title)}</title>
<link>{escape(f"{site.url_of(story)}?{TRACKING}")}</link>
<guid isPermaLink="false">{site.paper.id}-{story.number}</guid>
<pubDate>{format_datetime(story.published_at)}</pubDate>
{authors}{tags}
<description>{escape(summary)}</description>
</item>"""


def _atom(site: Site) -> str:
    entries = "\n".join(_atom_entry(site, story) for story in site.stories)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{site.paper.language}">
<id>tag:{site.paper.id}.example,2020:feed</id>
<title>{escape(site.paper.name)}</title>
<subtitle>{escape(site.paper.motto)}</subtitle>
<link rel="self" href="{site.origin}{site.paper.feed_path}"/>
<link rel="alternate" type="text/html" href="{site.origin}/"/>
<updated>{latest_change(site).isoformat()}</updated>
{entries}
</feed>
"""


def _atom_entry(site: Site, story: Story) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in story.authors)
    tags = "".join(f'<category term="{escape(tag)}"/>' for tag in (story.section, *story.tags))
    return f"""<entry>
<id>tag:{site.paper.id}.example,2020:{story.number}</id>
<title>{escape(story.title)}</title>
<link rel="alternate" type="text/html" href="{site.url_of(story)}"/>
<published>{story.published_at.isoformat()}</published>
<updated>{story.updated_at.isoformat()}</updated>
{authors}{tags}
<summary>{escape(story.summary)}</summary>
</entry>"""


def sitemap_index(site: Site) -> str:
    """The index, which names the two others."""
    changed = latest_change(site).isoformat()
    maps = "".join(
        f"<sitemap><loc>{site.origin}/{name}.xml</loc><lastmod>{changed}</lastmod></sitemap>\n"
        for name in ("sitemap-articles", "sitemap-news")
    )
    return _xml("sitemapindex", maps)


def article_sitemap(site: Site) -> str:
    """Every story with its last change."""
    return _xml("urlset", "".join(f"<url>{_place(site, story)}</url>\n" for story in site.stories))


def news_sitemap(site: Site) -> str:
    """The same for news search, with titles and times."""
    name, language = escape(site.paper.name), site.paper.language
    urls = "".join(
        f"<url>{_place(site, story)}<news:news><news:publication><news:name>{name}</news:name>"
        f"<news:language>{language}</news:language></news:publication>"
        f"<news:publication_date>{story.published_at.isoformat()}</news:publication_date>"
        f"<news:title>{escape(story.title)}</news:title></news:news></url>\n"
        for story in site.stories
    )
    return _xml("urlset", urls, ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"')


def _place(site: Site, story: Story) -> str:
    return f"<loc>{site.url_of(story)}</loc><lastmod>{story.updated_at.isoformat()}</lastmod>"


def _xml(root: str, inside: str, names: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"{names}>\n{inside}</{root}>\n'
    )


def robots_txt(site: Site) -> str:
    """All are welcome but in the search and the readers' accounts."""
    return f"User-agent: *\nDisallow: /search\nDisallow: /account/\n\nSitemap: {site.origin}/sitemap.xml\n"
