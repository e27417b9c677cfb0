"""A line of the table, and what fills it."""

import dataclasses


@dataclasses.dataclass
class Row:
    name: str
    figure: float | None
    unit: str
    peer: float | None = None  # measured in the same run, same unit
    peer_name: str = ""
    target: str = ""
    met: bool | None = None  # None: nothing was asked for
    note: str = ""
    ratio: float | None = None  # figure / peer, unless given

    def __post_init__(self):
        if self.ratio is None and self.peer:
            self.ratio = self.figure / self.peer


def absent(name, program):
    """The row of somebody who is not here."""
    return Row(name, None, "not installed", note=f"there is no {program} on this machine")


def number(value):
    """A figure as people read it: three digits that matter."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def memory_of(pid):
    """KiB by name, from /proc/PID/status."""
    with open(f"/proc/{pid}/status") as f:
        rows = (line.split(":") for line in f if line.startswith(("Vm", "Rss")))
        return {name: int(value.split()[0]) for name, value in rows}
