"""Full-text search in the published copy: an index beside it, made of it, that may be deleted at any time.

    update_search(published, index_folder(published))      what has changed, at the end of a publish
    search(published, index_folder(published), 'heat pump since:7d', now)

`words` says what is indexed, `grammar` reads queries, `snippets` chooses what is shown of a text: all three are
pure. `index`, `compiling`, `stems` and what uses them know tantivy, and nobody else does.
"""

from storage.indexed import index_folder
from storage.search.finding import Found, Hit, matched_copy, search, streamed_matches
from storage.search.grammar import QueryError, parse_query
from storage.search.updating import Updated, update_search

__all__ = [
    "Found",
    "Hit",
    "QueryError",
    "Updated",
    "index_folder",
    "matched_copy",
    "parse_query",
    "search",
    "streamed_matches",
    "update_search",
]
