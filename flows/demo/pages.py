"""The pages of the three papers: the same articles as real sites dress them, with all that isn't the article.

Each paper puts its furniture where such sites put it. Some is in elements of its own (navigation, asides); some
is set as paragraphs inside the article, like the text: "Read more", the share row, the newsletter, the title
once more, the dateline, where the post first appeared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from flows.demo.papers import Paper, Story

_STYLE = """
:root { color-scheme: light dark; --ink: #1d1b19; --paper: #fbf9f5; --rule: #cfc8bb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e4dc; --paper: #191817; --rule: #4a463f; } }
body { margin: 0 auto; max-width: 44rem; padding: 0 1rem 3rem; font: 1.08rem/1.6 Georgia, serif;
  color: var(--ink); background: var(--paper); }
header.site { border-bottom: 3px double var(--rule); padding: 1.2rem 0 .6rem; }
header.site a { color: inherit; text-decoration: none; font-size: 1.9rem; font-weight: bold; }
nav a { margin-right: 1rem; font-size: .9rem; } h1 { line-height: 1.2; } img { max-width: 100%; }
aside, footer, figcaption, .meta { font-size: .9rem; } aside { border: 1px solid var(--rule); padding: .6rem 1rem; }
"""

_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip
_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


@dataclass(frozen=True, slots=True)
class Site:
    """A paper on the air: `origin` is scheme, host and port; its stories as they are now, newest first."""

    paper: Paper
    origin: str
    stories: Sequence[Story]

    def path_of(self, story: Story) -> str:
        """Where a story is: each paper has its own way of naming pages."""
        if self.paper.id == "courier":
            return f"/{story.published_at:%Y/%m/%d}/{story.slug}/"
        if self.paper.id == "tribune":
            return f"/news/{_slug(story.section)}/{story.slug}"
        return f"/{_slug(story.section)}/{story.slug}-{10_400 + story.number}.html"

    def url_of(self, story: Story) -> str:
        """The canonical address of a story."""
        return self.origin + self.path_of(story)

    def image_path_of(self, story: Story) -> str:
        """Where its picture is."""
        return f"/media/{story.slug}.svg"

    def related_to(self, story: Story) -> tuple[Story, ...]:
        """Three older stories; the oldest ones have each other."""
        others = [other for other in self.stories if other.number != story.number]
        older = [other for other in others if other.published_at < story.published_at]
        return tuple((older if len(older) >= 3 else others[-3:])[:3])


def article_page(site: Site, story: Story) -> str:
    """A whole article page."""
    bodies: dict[str, Callable[[Site, Story], str]] = {
        "courier": _courier_body,
        "tribune": _tribune_body,
        "anzeiger": _anzeiger_body,
    }
    return _document(site, story.title, _facts_in_head(site, story), bodies[site.paper.id](site, story))


def front_page(site: Site) -> str:
    """The home page: all stories with their summaries."""
    items = "\n".join(
        f'<section><h2><a href="{site.path_of(story)}">{escape(story.title)}</a></h2>'
        f'<p>{escape(story.summary)}</p></section>'
        for story in site.stories
    )  # fmt: skip
    return _document(site, site.paper.motto, "", f"<main>\n{items}\n</main>")


def picture(paper: Paper, story: Story) -> str:
    """An SVG that stands for a photograph."""
    tilt = 20 + 13 * story.number % 50
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" role="img">'
        f"<title>{escape(story.title)}</title>"
        f'<rect width="640" height="360" fill="{paper.colour}"/>'
        f'<path d="M0 360 L0 {360 - 3 * tilt} Q320 {tilt} 640 {360 - 2 * tilt} L640 360 Z" fill="#ffffff44"/>'
        f'<circle cx="{80 + 55 * story.number % 480}" cy="90" r="34" fill="#ffffffaa"/></svg>'
    )


# ------------------------------------------------------------------------------------------- what all share


def _document(site: Site, title: str, facts: str, body: str) -> str:
    paper = site.paper
    feed_type = "application/rss+xml" if paper.feed == "rss" else "application/atom+xml"
    sections = sorted({story.section for story in site.stories})
    links = "".join(f'<a href="/">{escape(section)}</a> ' for section in sections)
    return f"""<!DOCTYPE html>
<html lang="{paper.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - {escape(paper.name)}</title>
<link rel="alternate" type="{feed_type}" title="{escape(paper.name)}" href="{paper.feed_path}">
{facts}<style>{_STYLE}header.site {{ border-top: .5rem solid {paper.colour}; }}</style>
</head>
<body>
<header class="site"><a href="/">{escape(paper.name)}</a><div>{escape(paper.motto)}</div>
<nav>{links}</nav></header>
{body}
{_site_footer(paper)}
</body>
</html>
"""


def _site_footer(paper: Paper) -> str:
    words = (
        "Impressum · Datenschutz · Abonnement kündigen · Anzeigen aufgeben"
        if paper.language == "de"
        else "Contact us · Privacy · Terms of use · Advertise with us"
    )
    return f"<footer><p>{words}</p><p>© {escape(paper.name)}</p></footer>"


def _figure(site: Site, story: Story, credit: str) -> str:
    return (
        f'<figure><img src="{site.image_path_of(story)}" alt="" width="640" height="360">'
        f"<figcaption>{escape(credit)}</figcaption></figure>"
    )


def _paragraphs(story: Story) -> list[str]:
    return [f"<p>{escape(text)}</p>" for text in story.paragraphs]


def _link(site: Site, story: Story) -> str:
    return f'<a href="{site.path_of(story)}">{escape(story.title)}</a>'


def _facts_in_head(site: Site, story: Story) -> str:
    if site.paper.facts == "jsonld":
        return _canonical(site, story) + _json_ld(site, story)
    if site.paper.facts == "opengraph":
        return _canonical(site, story) + _open_graph(site, story)
    return ""


def _canonical(site: Site, story: Story) -> str:
    return f'<link rel="canonical" href="{site.url_of(story)}">\n'


def _json_ld(site: Site, story: Story) -> str:
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "description": story.summary,
        "datePublished": story.published_at.isoformat(),
        "dateModified": story.updated_at.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "Organization", "name": site.paper.name, "url": site.origin + "/"},
        "articleSection": story.section,
        "keywords": list(story.tags),
        "inLanguage": site.paper.language,
        "image": [site.origin + site.image_path_of(story)],
        "isAccessibleForFree": True,
        "mainEntityOfPage": site.url_of(story),
    }
    text = json.dumps(data, ensure_ascii=False, indent=1).replace("<", "\\u003c")
    return f'<script type="application/ld+json">\n{text}\n</script>\n'


def _open_graph(site: Site, story: Story) -> str:
    facts = [
        ("og:type", "article"),
        ("og:title", story.title),
        ("og:description", story.summary),
        ("og:url", site.url_of(story)),
        ("og:site_name", site.paper.name),
        ("og:locale", "en_CA"),
        ("og:image", site.origin + site.image_path_of(story)),
        ("article:published_time", story.published_at.isoformat()),
        ("article:modified_time", story.updated_at.isoformat()),
        ("article:section", story.section),
        *(("article:author", name) for name in story.authors),
        *(("article:tag", tag) for tag in story.tags),
    ]
    return "".join(f'<meta property="{name}" content="{escape(value)}">\n' for name, value in facts)


# ------------------------------------------------------------------------------------------ the three papers


def _courier_body(site: Site, story: Story) -> str:
    """A blog system's page: everything is a paragraph in the entry, and the post first appeared somewhere."""
    text = _paragraphs(story)
    related = site.related_to(story)
    text.insert(3, f"<p><strong>Read more:</strong> {_link(site, related[0])}</p>")
    items = "".join(f"<li>{_link(site, other)}</li>" for other in related)
    return f"""<main><article class="post">
<h1 class="entry-title">{escape(story.title)}</h1>
<div class="entry-content">
{_figure(site, story, "Photograph: Courier picture desk")}
<p>Zoom</p>
<p>{escape(story.title)}</p>
<p>{story.published_at:%A %d %B %Y - %H:%M}</p>
{chr(10).join(text)}
<p>Share this: Facebook · Bluesky · WhatsApp · Email</p>
<p>Sign up for The Valley Letter, our free newsletter with the news of Harrow Vale every morning at seven.</p>
<p>Do you know more about this story? Write to newsdesk@courier.example</p>
<p>The post <a href="{site.path_of(story)}">{escape(story.title)}</a> first appeared on \
<a href="/">{escape(site.paper.name)}</a>.</p>
</div>
<aside class="related"><h3>You may also like</h3><ul>{items}</ul></aside>
</article></main>"""


def _tribune_body(site: Site, story: Story) -> str:
    """A big publisher's page: a share button's letter, boxes between paragraphs, related stories in the text."""
    text = _paragraphs(story)
    related = site.related_to(story)
    box = """<div class="newsletter-box"><p>Get the Tribune in your inbox</p>
<p>The day's news from the harbour, at six. By signing up you agree to our terms of use.</p></div>"""
    text[2:2] = ["<p>ADVERTISEMENT</p>", "<p>Story continues below</p>"]
    text.insert(6, box)
    correction = f"<p><em>{escape(story.note)}</em></p>" if story.note else ""
    items = "".join(f"<li>{_link(site, other)}</li>" for other in related)
    updated = (
        "" if story.updated_at == story.published_at else f" · Updated {_tribune_date(story.updated_at)}"
    )
    return f"""<main><article>
<div class="share"><p>X</p></div>
<h1>{escape(story.title)}</h1>
<p class="meta">By {escape(" and ".join(story.authors))} · {_tribune_date(story.published_at)}{updated}</p>
{_figure(site, story, "Tribune staff")}
<div class="story-body">
{chr(10).join(text)}
{correction}
<p>Follow the {escape(site.paper.name)} on Mastodon and Instagram for more stories like this one.</p>
<p>RELATED STORIES</p>
<ul>{items}</ul>
<p><a href="{site.path_of(related[0])}">Read more</a></p>
</div>
</article></main>"""


def _anzeiger_body(site: Site, story: Story) -> str:
    """A regional paper's page without any machine-readable facts: a byline and a dateline, set as text."""
    text = _paragraphs(story)
    related = site.related_to(story)
    text.insert(2, f"<p>Lesen Sie auch: {_link(site, related[0])}</p>")
    text.insert(5, f"<p>Mehr zum Thema: {_link(site, related[1])}</p>")
    return f"""<div id="inhalt">
<div class="krume"><a href="/">Startseite</a> &gt; <a href="/">{escape(story.section)}</a></div>
<h1>{escape(story.title)}</h1>
<div class="artikel">
<p>{_german_date(story.published_at)}</p>
<p>Von {escape(" und ".join(story.authors))}</p>
{_figure(site, story, "Foto: Archiv")}
<p>Bild vergrößern</p>
{chr(10).join(text)}
<p>Artikel teilen: Facebook, WhatsApp, E-Mail, Drucken</p>
<p>Jeden Abend das Wichtigste aus der Region: Hier können Sie unseren kostenlosen Newsletter bestellen.</p>
<p>Der Beitrag „{escape(story.title)}“ erschien zuerst im {escape(site.paper.name)}.</p>
</div>
</div>"""


def _tribune_date(at: datetime) -> str:
    return f"{at:%B} {at.day}, {at.year} {at:%I:%M} {at:%p} {at:%Z}"


def _german_date(at: datetime) -> str:
    return f"{_DAYS[at.weekday()]}, {at.day}. {_MONTHS[at.month - 1]} {at.year}, {at.hour}.{at:%M} Uhr"


def _slug(text: str) -> str:
    return text.lower().replace(" ", "-")
