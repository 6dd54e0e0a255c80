"""<meta> tags: which name speaks for which fact. Data, and a reader of one line."""

from __future__ import annotations

from collections.abc import Iterator

from extractors.metadata.clues import Clue, FactName
from extractors.metadata.lexicon import WRITTEN_BY
from extractors.metadata.prose import plain
from extractors.metadata.scan import Scan

# name, property or itemprop of a <meta>, lower case: the fact it speaks for, and the origin it is known by
_MEANINGS: dict[str, tuple[FactName, str]] = {
    "og:title": ("title", "og"),
    "twitter:title": ("title", "twitter"),
    "twitter:text:title": ("title", "twitter"),
    "dc.title": ("title", "dc"),
    "dcterms.title": ("title", "dc"),
    "citation_title": ("title", "citation"),
    "parsely-title": ("title", "parsely"),
    "sailthru.title": ("title", "sailthru"),
    "cxenseparse:title": ("title", "cxense"),
    "headline": ("title", "microdata"),
    "title": ("title", "meta"),
    "author": ("author", "meta"),
    "authors": ("author", "meta"),
    "byl": ("author", "meta"),
    "article:author": ("author", "article"),
    "article:author_name": ("author", "article"),
    "og:article:author": ("author", "article"),
    "book:author": ("author", "article"),
    "article.author": ("author", "article"),
    "articleauthor": ("author", "meta"),
    "article_author": ("author", "meta"),
    "twitter:misc:written by": ("author", "twitter"),
    "dc.creator": ("author", "dc"),
    "dcterms.creator": ("author", "dc"),
    "dc.contributor": ("author", "dc"),
    "citation_author": ("author", "citation"),
    "parsely-author": ("author", "parsely"),
    "sailthru.author": ("author", "sailthru"),
    "cxenseparse:author": ("author", "cxense"),
    "article:published_time": ("published", "article"),
    "article:published": ("published", "article"),
    "article:published:time": ("published", "article"),
    "og:article:published_time": ("published", "article"),
    "og:published_time": ("published", "article"),
    "og:pubdate": ("published", "article"),
    "bt:pubdate": ("published", "meta"),
    "article.published": ("published", "article"),
    "datepublished": ("published", "microdata"),
    "dc.date": ("published", "dc"),
    "dc.date.issued": ("published", "dc"),
    "dc.issued": ("published", "dc"),
    "dcterms.date": ("published", "dc"),
    "dcterms.issued": ("published", "dc"),
    "dcterms.created": ("published", "dc"),
    "dc.date.created": ("published", "dc"),
    "citation_publication_date": ("published", "citation"),
    "citation_online_date": ("published", "citation"),
    "citation_date": ("published", "citation"),
    "parsely-pub-date": ("published", "parsely"),
    "sailthru.date": ("published", "sailthru"),
    "cxenseparse:publishtime": ("published", "cxense"),
    "cxenseparse:recs:publishtime": ("published", "cxense"),
    "cxenseparse:published_time": ("published", "cxense"),
    "date": ("published", "meta"),
    "pubdate": ("published", "meta"),
    "publishdate": ("published", "meta"),
    "publish_date": ("published", "meta"),
    "publish-date": ("published", "meta"),
    "published": ("published", "meta"),
    "publisheddate": ("published", "meta"),
    "publication_date": ("published", "meta"),
    "publicationdate": ("published", "meta"),
    "publication-date": ("published", "meta"),
    "published_time": ("published", "meta"),
    "originalpublicationdate": ("published", "meta"),
    "displaydate": ("published", "meta"),
    "article_date_original": ("published", "meta"),
    "date_published": ("published", "meta"),
    "pub_date": ("published", "meta"),
    "ptime": ("published", "meta"),
    "created": ("published", "created"),
    "datecreated": ("published", "created"),
    "creation_date": ("published", "created"),
    "article:modified_time": ("modified", "article"),
    "article:modified": ("modified", "article"),
    "article:modified:time": ("modified", "article"),
    "og:updated_time": ("modified", "og"),
    "og:modified_time": ("modified", "og"),
    "datemodified": ("modified", "microdata"),
    "dc.date.modified": ("modified", "dc"),
    "dcterms.modified": ("modified", "dc"),
    "lastmod": ("modified", "meta"),
    "last-modified": ("modified", "meta"),
    "lastmodified": ("modified", "meta"),
    "modified": ("modified", "meta"),
    "revised": ("modified", "meta"),
    "og:locale": ("language", "og"),
    "content-language": ("language", "meta"),
    "language": ("language", "meta"),
    "lang": ("language", "meta"),
    "dc.language": ("language", "dc"),
    "dcterms.language": ("language", "dc"),
    "inlanguage": ("language", "microdata"),
    "article:section": ("section", "article"),
    "og:article:section": ("section", "article"),
    "articlesection": ("section", "microdata"),
    "parsely-section": ("section", "parsely"),
    "cxenseparse:category": ("section", "cxense"),
    "dc.subject": ("section", "dc"),
    "section": ("section", "meta"),
    "category": ("section", "meta"),
    "article:tag": ("tag", "article"),
    "og:article:tag": ("tag", "article"),
    "news_keywords": ("tag", "news"),
    "parsely-tags": ("tag", "parsely"),
    "sailthru.tags": ("tag", "sailthru"),
    "keywords": ("tag", "meta"),
    "og:image": ("image", "og"),
    "og:image:url": ("image", "og"),
    "og:image:secure_url": ("image", "og"),
    "twitter:image": ("image", "twitter"),
    "twitter:image:src": ("image", "twitter"),
    "parsely-image-url": ("image", "parsely"),
    "sailthru.image.full": ("image", "sailthru"),
    "image": ("image", "microdata"),
    "thumbnail": ("image", "meta"),
    "article:content_tier": ("paywall", "article"),
    "og:article:content_tier": ("paywall", "article"),
    "isaccessibleforfree": ("paywall", "microdata"),
    "og:url": ("canonical", "og"),
    "parsely-link": ("canonical", "parsely"),
    "og:site_name": ("site", "og"),
    "application-name": ("site", "meta"),
    "apple-mobile-web-app-title": ("site", "meta"),
    "dc.publisher": ("site", "dc"),
    "publisher": ("site", "meta"),
    "copyright": ("site", "copyright"),
}


def clues_of_metas(scan: Scan) -> Iterator[Clue]:
    """The clues of all metas whose name is known."""
    for key, content in scan.metas:
        meaning = _MEANINGS.get(key)
        if meaning:
            text = plain(content)
            if text:
                yield Clue(*meaning, text)
    yield from _clues_of_cards(dict(scan.metas))


def _clues_of_cards(metas: dict[str, str]) -> Iterator[Clue]:
    """twitter:label1 "Written by" beside twitter:data1 "Jane Doe", which WordPress writes."""
    for number in "12":
        label, value = metas.get(f"twitter:label{number}", ""), plain(metas.get(f"twitter:data{number}", ""))
        if value and plain(label).lower().rstrip(":") in WRITTEN_BY:
            yield Clue("author", "twitter", value)
