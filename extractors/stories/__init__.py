"""Stories: which articles are copies of one another, whatever site they stand on.

    fingerprint = fingerprint_of(version)              pure, in a stage of the harvest
    found = find_stories(texts, pairs)                 pure, in the committer, for what shares keys

`fingerprints` chooses the word sequences by which copies are known, `agencies` reads who wrote the original,
`grouping` decides who belongs together. docs/adr/0016 has the reasons, docs/stories.md the figures.
"""

from extractors.stories.agencies import agency_of
from extractors.stories.fingerprints import fingerprint_of
from extractors.stories.grouping import Found, Pair, Text, find_stories

__all__ = ["Found", "Pair", "Text", "agency_of", "find_stories", "fingerprint_of"]
