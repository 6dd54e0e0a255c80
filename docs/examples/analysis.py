# %% [markdown]
# # An analysis, from the published copy to a table
#
# Cells in the percent format: open it in Jupyter (jupytext), VS Code, Spyder or PyCharm, or run it as it is with
# `python docs/examples/analysis.py data/news.duckdb`. It needs `duckdb`, and presswatch for the search. A test runs
# it on the made-up news of [the twenty questions](../queries/README.md).

# %%
import subprocess
import sys
from pathlib import Path

import duckdb

copy = Path(sys.argv[1] if len(sys.argv) > 1 else "data/news.duckdb")
con = duckdb.connect(str(copy), read_only=True)  # for as long as you like: rounds are not held up
con.execute("SET TimeZone = 'UTC'")

# %% [markdown]
# ## How much is written, by whom
# Days with a gap are counted too low, so they are marked in `daily_volume`; leave them out where numbers are compared.

# %%
con.sql(
    """
    SELECT source_id, sum(articles)::INT AS articles, round(avg(articles), 1) AS a_day,
      count_if(has_gap)::INT AS days_with_gaps
    FROM daily_volume GROUP BY source_id ORDER BY articles DESC, source_id
    """
).show()

# %% [markdown]
# ## What a search means, as a table
# The hits of a search are a file of `article_id`, `score` and some columns more, to be joined with the articles.
# (`.df()` and `.pl()` instead of `.show()` make a DataFrame of any of these.) Of times known to the day only, such as
# The Lantern's here, midnight is no time: provenance.time_precision says which they are.

# %%
query = '"night ferry" OR (ferry AND aground)'
with Path("hits.csv").open("w", encoding="utf-8") as file:
    subprocess.run([sys.executable, "-m", "flows", "search", "--csv", query], stdout=file, check=True)  # noqa: S603
con.sql(
    """
    SELECT a.source_id, min(a.published_at) AS first, a.provenance.time_precision AS precision,
      round(max(h.score), 1) AS score
    FROM 'hits.csv' h JOIN articles a USING (article_id)
    GROUP BY ALL ORDER BY first, a.source_id
    """
).show()

# %% [markdown]
# ## Whether what is watched for grows
# Mentions by week, as a share of all that was written in that week.

# %%
con.sql(
    """
    WITH dated AS (
      SELECT article_id, date_trunc('week', coalesce(published_at, first_seen_at))::DATE AS week FROM articles
    )
    SELECT week, watchlist_id, count(DISTINCT article_id) AS articles,
      round(100 * count(DISTINCT article_id) / any_value(written), 1) AS percent
    FROM dated JOIN mentions USING (article_id)
    JOIN (SELECT week, count(*) AS written FROM dated GROUP BY week) USING (week)
    GROUP BY ALL ORDER BY ALL
    """
).show()

# %% [markdown]
# ## What was known a week ago
# A number that somebody asks about later: `articles_as_of` counts it again as it was.

# %%
con.sql(
    """
    SELECT count(*) AS articles_now, (SELECT count(*) FROM articles_as_of(TIMESTAMPTZ '2026-03-09 00:00:00+00')) AS then
    FROM articles
    """
).show()
