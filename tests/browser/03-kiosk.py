# TIMEOUT 180
"""The box at the TV: its script waits for the node, opens the page on the whole
screen, and films begin there though nobody has pressed anything; after a crash
it asks nothing."""
import os
import stat

from nodes import CHROMIUM, make_film, need_program, run, wait_for, walk
from lib import BIN, Process, check

SCRIPT = os.path.join(os.path.dirname(BIN), "share", "xiangtu", "kiosk")


def story(s):
    county = s.county()
    chromium = need_program(CHROMIUM)
    # As the script calls it, but without a display and where root may run it.
    browser, port = s.path("browser"), s.path("profile/DevToolsActivePort")
    with open(browser, "w", encoding="utf-8") as out:
        out.write(f'#!/bin/sh\necho "called: $*"\nexec {chromium} --headless --no-sandbox --disable-gpu '
                  '--disable-quic --remote-debugging-port=0 "$@"\n')
    os.chmod(browser, stat.S_IRWXU)
    os.makedirs(s.path("profile"))
    os.symlink("gone-1", s.path("profile/SingletonLock"))  # the power was cut
    kiosk = Process(s, "kiosk", ["sh", SCRIPT], env=dict(
        os.environ, DISPLAY=":none", XIANGTU_KIOSK_URL=f"{county.url}/?view=tv", XIANGTU_KIOSK_BROWSER=browser,
        XIANGTU_KIOSK_DIR=s.path("profile"), HOME=s.dir))
    county.start()
    lesson = county.publish(make_film(s.path("黑山羊.mp4"), 30), "黑山羊春季防疫")
    wait_for(lambda: os.path.exists(port) and os.path.getsize(port) > 0, 60, "the browser is open")
    with open(port, encoding="utf-8") as f:
        debug = f.readline().strip()
    said = kiosk.log()
    check("--kiosk" in said, said)
    walk(s, "03-kiosk.mjs", {"county": county.url, "lesson": lesson["id"], "debug": f"http://127.0.0.1:{debug}"})
    kiosk.stop()


run(story)
