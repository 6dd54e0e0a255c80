"""The press review: one HTML page that stands alone, from the published copy.

`period` and `wording` say in words what was asked and found; `figures` draws the charts; `page` puts them into the
template; `writing` keeps the file, on command or when it is due.
"""
