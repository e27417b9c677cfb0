"""Stories in which a browser takes part: real nodes, started by the words of
tests/scenario/lib.py, and a script of Node.js that drives Chromium.

    walk(s, "01-watch.mjs", {"station": station.url}, restart=station.restart)

The script is handed the facts; what it asks for (`await nodes.restart(…)`) is
done here, so that one process owns the nodes. It ends with 0, or the story has
failed with what it printed."""

import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "scenario"))

from lib import (ROOT, Failure, Skip, _die_with_parent, check, equal,  # noqa: E402, F401
                 need_program, run, secret_file, wait_for)
from servers import Throttle  # noqa: E402, F401

CHROMIUM = os.environ.get("XIANGTU_CHROMIUM") or "chromium"
SCREENS = os.environ.get("XIANGTU_SCREENS") or os.path.join(ROOT, "build", "release", "screens")

CUES = ["春季防疫从三月开始", "圈舍要先打扫，再消毒", "母羊和羔羊分开打针", "打完针观察半小时"]


def walk(s, script, facts, **deeds):
    """Let the script drive a browser; `deeds` are what it may ask for."""
    node = shutil.which("node") or shutil.which("nodejs")
    if not node:
        raise Skip("no Node.js on this machine")
    if not os.path.isdir(os.path.join(HERE, "node_modules", "playwright-core")):
        raise Skip("tests/browser has no node_modules: build the target browser_packages")
    facts = dict(facts, chromium=need_program(CHROMIUM), screens=SCREENS)
    os.makedirs(SCREENS, exist_ok=True)
    home = s.path("browser-home")
    os.makedirs(home)
    process = subprocess.Popen(
        [node, os.path.join(HERE, script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, preexec_fn=_die_with_parent, start_new_session=True,
        env=dict(os.environ, HOME=home, TMPDIR=home))
    s.cleanup.callback(process.kill)
    tell(process, facts)
    for line in process.stdout:
        if not line.startswith("{"):
            print(line, end="", flush=True)
            continue
        asked = json.loads(line)
        tell(process, {"answer": deeds[asked["do"]](*asked["with"])})
    equal(process.wait(60), 0, f"{script}: exit code")


def tell(process, value):
    process.stdin.write(json.dumps(value) + "\n")
    process.stdin.flush()


def make_picture(path, size="320x240"):
    """A picture of that name; its bytes."""
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i",
                    f"gradients=s={size}:d=1:c0=0x884422:c1=0xddccaa:nb_colors=2",
                    "-frames:v", "1", path], check=True)
    with open(path, "rb") as file:
        return file.read()


def make_film(path, seconds, kilobytes_a_second=40, size="640x360"):
    """A H.264 film of moving colours, as large as asked for, as loud as lessons are."""
    need_program("ffmpeg")
    rate = str(kilobytes_a_second * 8000)
    name = os.path.basename(path).encode()
    first, second = (f"0x{(name[n] * 7 % 90):02x}{(name[n + 3] * 5 % 110 + 50):02x}{(name[n + 1] % 100):02x}"
                     for n in (1, 2))
    subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-y",
         "-f", "lavfi", "-i", f"gradients=s={size}:r=15:d={seconds}:c0={first}:c1={second}:nb_colors=2:speed=0.02",
         "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}",
         "-af", "volume=1.8", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
         "-g", "30", "-x264-params", "nal-hrd=cbr", "-b:v", rate, "-minrate", rate,
         "-maxrate", rate, "-bufsize", rate, "-c:a", "aac", "-b:a", "48k",
         "-movflags", "+faststart", path], check=True)
    return path


def write_subtitles(path, seconds, lines=CUES):
    """A line every four seconds."""
    with open(path, "w", encoding="utf-8") as out:
        for n, at in enumerate(range(0, seconds, 4)):
            out.write(f"{n + 1}\n00:{at // 60:02}:{at % 60:02},000 --> "
                      f"00:{(at + 3) // 60:02}:{(at + 3) % 60:02},900\n{lines[n % len(lines)]}\n\n")


def set_pin(s, *stations, pin, desk="A"):
    path = secret_file(s, f"{desk}.pin", pin)
    for station in stations:
        station.cli("set-pin", desk, "--pin-file", path)


def restart(node):
    node.stop()
    node.start()
