# TIMEOUT 180
"""Two hundred people watch lessons by ranges at their pace, five operators have
their live pages open, others open pages: nobody gets an error. How long a page
takes then is measured by `scripts/bench pages`."""
import os
import resource
import sys

from nodes import HERE, run
from lib import check

sys.path.append(os.path.join(os.path.dirname(HERE), "bench"))
from pages_in_use import MB, OPERATORS, county_with_films, in_use  # noqa: E402


def story(s):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    county, paths = county_with_films(s)
    seen, took, wrong = in_use(s, county, paths, MB << 20, 10)
    check(not wrong, f"{len(wrong)} errors: {wrong[:5]}")
    check(took and seen.bytes > 0, "pages and films were sent")
    check(len(seen.first_bytes) >= seen.viewers, "everybody saw something")
    print(f"{len(seen.first_bytes)} ranges, {len(took)} pages, {OPERATORS} desks, no error")


run(story)
