"""Pages kept as they were fetched: WARC files with an index beside each, which any tool for web archives reads.

    writer = PageWriter(settings); writer.write(page)        one process, one file at a time
    index = PageIndex.of(settings.folder); index.find(link)  where the pages of a link are
    page = read_page(place)

The database knows nothing of them: an article finds its pages by the hash of its link. Losing one loses no article.
"""

from storage.pages.index import PageIndex, Place
from storage.pages.records import read_page
from storage.pages.writer import PageWriter, prune

__all__ = ["PageIndex", "PageWriter", "Place", "prune", "read_page"]
