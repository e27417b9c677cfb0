"""Programs that believe it is another day (tests/support/clockshift)."""
import datetime
import os
import time

from lib import BIN

SHIM = os.path.join(BIN, "libclockshift.so")
BEIJING = datetime.timezone(datetime.timedelta(hours=8))


def moment(text):
    """Seconds since 1970 of "2031-03-20 09:00" in Beijing."""
    day = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)
    return int(day.timestamp())


def month_of(seconds):
    return datetime.datetime.fromtimestamp(seconds, BEIJING).strftime("%Y-%m")


def at(seconds, sync=None):
    """The environment of a program that is started then; `sync`: whether its kernel
    says that the clock is synchronised (None: as this machine says)."""
    env = {"LD_PRELOAD": SHIM, "CLOCKSHIFT": str(int(seconds) - int(time.time())),
           "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")}
    if sync is not None:
        env["CLOCKSYNC"] = str(int(sync))
    return env


def in_year(year, sync=None):
    return at((year - 1970) * 365.25 * 86400 + 1000, sync)
