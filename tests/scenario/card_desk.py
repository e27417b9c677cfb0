"""Cards at an office's desk, a step a call (docs/formats-page.md 4.1)."""
import time

from lib import check
from page import Page


class CardDesk(Page):
    def draw(self, table):
        """Have cards drawn; (the job as it was told at once, every state seen until it was done)."""
        seen, deadline = [self.good("/api/cards", table, "text/csv")], time.monotonic() + 120
        while seen[-1]["state"] == "drawing":
            check(time.monotonic() < deadline, f"cards are drawn: {seen[-1]}")
            time.sleep(0.1)
            seen.append(self.ask("/api/cards/issue")[1])
        return seen[0]["job"], seen

    def sheet(self, job):
        return self.ask(f"/api/cards/sheet?job={job}")

    def confirm(self, job):
        return self.ask("/api/cards/confirm", {"job": job})


def card_opens(page, card, pin=None):
    """(code, answer) of a login with a card, on a page of its own."""
    return Page(page.node, page.source).ask(
        "/api/card/login", {"number": card["number"], "pin": pin or card["pin"]})
