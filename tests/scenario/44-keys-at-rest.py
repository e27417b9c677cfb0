# TIMEOUT 420
"""An office's keys lie behind a passphrase. Its files tell nothing to who steals
the disk; after each start nothing is published or acknowledged until somebody
unlocks it, while all else goes on. The passphrase is typed unseen, changed
without a moment in which a power cut would cost the key, and the keys go on
paper and come back from it."""
import base64
import json
import os
import pty
import random
import re
import resource
import select
import shutil
import signal
import subprocess
import termios
import time

from lib import LONG, SANITIZED, check, equal, run, wait_for

OFFICE = ("publisher", "records", "ack")
OLD, NEW = "老山羊 correct horse", "新山羊 battery staple"


def phrase_file(s, name, text, mode=0o600):
    path = s.path(name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\nthe second line is nobody's\n")
    os.chmod(path, mode)
    return path


def keys_of(node):
    return node.status()["keys"]


def all_are(state):
    return {name: state for name in OFFICE}


# --- what the disk tells ---------------------------------------------------------

def secrets_of(s, node, phrases):
    """The secrets of the office and its root, out of a copy that is laid open."""
    copy = s.path("laid-open")
    shutil.copytree(node.dir, copy, ignore=shutil.ignore_patterns("control.sock"))
    found = []
    for name, phrase in phrases.items():
        path = os.path.join(copy, f"{name}.key")
        node.cli("trust", "key", "change-passphrase", path, "--passphrase-file", phrase,
                 "--unprotected")
        with open(path, encoding="ascii") as file:
            text = file.read().strip()
        check(text.startswith("PRIVATE+"), f"{name}.key is laid open")
        name_end = 4 if text.startswith("PRIVATE+KEY+") else 3
        coded = text.split("+", name_end)[name_end]
        raw = base64.b64decode(coded)[-32:]
        found += [coded.encode(), raw, raw.hex().encode()]
    shutil.rmtree(copy)
    return found


def no_file_tells(node, secrets):
    looked = 0
    for folder, _, names in os.walk(node.dir):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                data = file.read()
            looked += 1
            for secret in secrets:
                check(secret not in data, f"{path} tells a secret")
    check(looked > 5, "there were files to look at")


def how_it_is_made(s, old):
    plain = s.county("plain", words=["--announce", "off"])
    check("not protected" in plain.init_result, "what is made unprotected is said to be so")
    equal(plain.status()["keys"], all_are("unprotected"), "keys of a county made by a script")
    node = s.node("never")
    words = ["init", "--level", "county", "--name", "县", "--region", "431081"]
    check("8" in node.cli_fails(2, *words, "--passphrase-file", phrase_file(s, "short", "七个字的口令啊")),
          "a short passphrase is refused")
    node.cli_fails(1, *words, "--passphrase-file", s.path("nowhere"))
    node.cli_fails(2, *words, "--passphrase-file", old, "--unprotected")
    check(not os.path.exists(os.path.join(node.dir, "node.conf")), "no node was made meanwhile")
    return plain


# --- locked and unlocked ---------------------------------------------------------

def without_a_node(s, county, old, wrong):
    lesson = s.file("第一课.bin", 200_000)
    words = ["publish", lesson, "--title", "第一课", "--topic", "产业", "--no-media"]
    check("locked" in county.cli_fails(1, *words), "a script is told that the key is locked")
    county.cli_fails(3, *words, "--passphrase-file", wrong)
    made = county.cli_json(*words, "--passphrase-file", old)
    check("nothing" in county.cli_fails(1, "unlock", "--passphrase-file", old),
          "without a node there is nothing to unlock")
    return made


def locked_node(s, county, first):
    """What goes on while the keys are locked, and what does not."""
    equal(keys_of(county), all_are("locked"), "after the start")
    check("xiangtu unlock" in county.cli("status"), "status says what to do")
    error = county.cli_fails(1, "publish", s.file("x.bin", 1000), "--title", "x", "--topic", "x")
    check("the publisher key is locked: xiangtu unlock" in error, f"so does publish: {error}")
    error = county.cli_fails(1, "withdraw", first["id"], "--reason", "x")
    check("locked" in error, f"and withdraw: {error}")
    check(next(iter(county.status()["logs"]))["own"], "the log is still its own")
    station = s.station(county, words=["--announce", "off"]).start()
    station.wait_held(first["id"])
    return station


def unlock(county, phrase, wrong):
    county.cli_fails(3, "unlock", "--passphrase-file", wrong)
    equal(keys_of(county), all_are("locked"), "after a wrong passphrase")
    equal(county.cli_json("unlock", "--passphrase-file", phrase), all_are("unlocked"), "unlock")
    equal(keys_of(county), all_are("unlocked"), "after the right one")


def records_wait(county, station, old, wrong):
    """Records that come while the key for them is locked wait sealed."""
    code = county.wait_heard_of(station)
    check("locked" in county.cli_fails(1, "station", "accept", code), "nobody is enrolled either")
    unlock(county, old, wrong)
    county.cli("station", "accept", code)
    equal(county.cli_json("lock"), all_are("locked"), "lock")
    station.add_record("上锁时送来的便条")
    log = wait_for(lambda: [log for log in county.records("enrolled") if log["entries"] == 1],
                   60, "the sealed note is at the county")[0]
    equal((log["acked"], station.own_records()["acked"]), (0, 0), "nobody acknowledges it")
    check("locked" in county.cli_fails(1, "records", "read", code), "nobody reads it")
    county.cli_fails(3, "records", "read", code, "--passphrase-file", wrong)
    equal(county.record_texts(code, "--passphrase-file", old), ["上锁时送来的便条"],
          "who has the passphrase reads it beside the node")
    equal(keys_of(county), all_are("locked"), "and the node stays locked")
    county.cli("unlock", "--passphrase-file", old)
    wait_for(lambda: station.own_records()["acked"] == 1, 60, "after unlock it is acknowledged")


def inside_the_program(county):
    """No core, locked memory, and nothing left of what came over the socket."""
    pid = county.process.pid
    with open(f"/proc/{pid}/limits", encoding="ascii") as file:
        core = next(line for line in file if line.startswith("Max core file size"))
    equal(core.split()[4:6], ["0", "0"], "core dumps")
    # ASan locks no memory.
    if not SANITIZED and resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] not in range(0, 1 << 20):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            locked = next(line for line in file if line.startswith("VmLck:"))
        check(int(locked.split()[1]) > 0, f"memory is locked: {locked}")
    if os.geteuid() != 0:
        return
    sent = re.compile(rb'"(publisher|records|ack)":"[0-9a-f]{64}"')
    for data in memory_of(pid):
        check(not sent.search(data), "what opened the keys was wiped")


def memory_of(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if not rights.startswith("rw") or end - start > 256 << 20:
                continue
            try:
                memory.seek(start)
                yield memory.read(end - start)
            except (OSError, ValueError):
                continue  # a guard page of locked memory


# --- another passphrase ----------------------------------------------------------

def opens(node, name, phrase):
    return node.try_cli("trust", "key", "show", os.path.join(node.dir, f"{name}.key"),
                        "--check", "--passphrase-file", phrase).code == 0


def change(node, before, after, **more):
    return subprocess.Popen(
        node.command("trust", "key", "change-passphrase", "--passphrase-file", before,
                     "--new-passphrase-file", after),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)


def killed_in_a_loop(node, old, new):
    """Killed at any moment, each key opens with the old one or with the new."""
    randomly = random.Random(int(os.environ.get("XIANGTU_SEED", "44")))
    before, after, cut = old, new, 0
    started = time.monotonic()
    check(change(node, old, old).wait() == 0, "a change to the same")
    whole = time.monotonic() - started
    rounds = 0
    # As often again, and sooner, while none of them is cut off.
    while rounds < (40 if LONG else 5) or (cut == 0 and rounds < 40):
        rounds += 1
        if cut == 0 and rounds > 5:
            whole *= 0.8
        process = change(node, before, after)
        try:
            process.communicate(timeout=randomly.uniform(0, whole))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            cut += 1
        states = [(opens(node, name, before), opens(node, name, after)) for name in OFFICE]
        for name, state in zip(OFFICE, states):
            check(state in ((True, False), (False, True)), f"{name}: {state}")
        if (True, False) in states:
            equal(change(node, before, after).wait(), 0, "the same again does the rest")
        before, after = after, before
    check(cut > 0, "some were cut off")
    return before


def change_passphrase(county, old, new, wrong):
    county.cli_fails(3, "trust", "key", "change-passphrase", "--passphrase-file", wrong,
                     "--new-passphrase-file", new)
    county.cli("trust", "key", "change-passphrase", "--passphrase-file", old,
               "--new-passphrase-file", new)
    equal(keys_of(county), all_are("unlocked"), "the running node is not disturbed")
    county.stop()
    county.start()
    equal(keys_of(county), all_are("locked"), "a start locks again")
    county.cli_fails(3, "unlock", "--passphrase-file", old)
    county.cli("unlock", "--passphrase-file", new)
    equal(keys_of(county), all_are("unlocked"), "the new one opens")


def protected_later(s, plain, old):
    path = os.path.join(plain.dir, "publisher.key")
    with open(path, "rb") as before:
        secret = before.read()
        plain.start()
        plain.cli("trust", "key", "change-passphrase", "--new-passphrase-file", old)
        before.seek(0)
        check(secret not in before.read(), "the old file's own bytes are gone")
    equal(keys_of(plain), all_are("unlocked"), "a running node knows that they are protected")
    equal(plain.cli_json("lock"), all_are("locked"), "and forgets them when it is told to")
    plain.stop()
    equal(plain.status()["keys"], all_are("locked"), "protected later")


# --- on paper --------------------------------------------------------------------

def on_paper(s, county, phrase, wrong):
    text = county.cli("trust", "key", "backup", "--passphrase-file", phrase)
    check("资兴市" in text and len(text.splitlines()) < 60, "it fits on a page")
    check(max(map(len, text.splitlines())) <= 80, "and in its width")
    county.cli_fails(2, "trust", "key", "backup")
    block = text[text.index("xiangtu-backup/v1"):]

    typed = " ".join(block.split()[1:]).replace("0", "o").replace("1", "l").upper()
    typed = "\n".join(typed[i:i + 37] for i in range(0, len(typed), 37))
    path = s.path("typed.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(typed)
    shown = county.cli_json("trust", "key", "show", path, "--check", "--passphrase-file", phrase)
    equal((shown["name"], shown["origin"], shown["keys"]),
          ("资兴市", county.status()["origin"], list(OFFICE)), "what was typed again")
    county.cli_fails(3, "trust", "key", "show", path, "--check", "--passphrase-file", wrong)

    lines = block.splitlines()
    for n in (1, 3, len(lines) - 1):
        at = 10 if lines[n][10] != " " else 11
        wrong_line = lines[n][:at] + ("z" if lines[n][at] != "z" else "y") + lines[n][at + 1:]
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines[:n] + [wrong_line] + lines[n + 1:]))
        error = county.cli_fails(3, "trust", "key", "show", path)
        check(f"line {n} " in error, f"the mistake is in line {n}: {error}")


# --- at a terminal ---------------------------------------------------------------

class Terminal:
    """A program with a terminal of its own; what it shows is kept."""

    def __init__(self, command):
        self.shown = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(command[0], command)

    def read_until(self, text, deadline=120):
        end = time.monotonic() + deadline
        while text.encode() not in self.shown:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
            check(ready, f"{text!r} is not shown: {self.shown!r}")
            try:
                self.shown += os.read(self.fd, 4096)
            except OSError:
                check(text.encode() in self.shown, f"ended without {text!r}: {self.shown!r}")

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def answer(self, prompt, text):
        """Type once asked for it, and unseen."""
        self.shown = b""
        self.read_until(prompt)
        check(not self.echoes(), "the terminal shows what is typed")
        os.write(self.fd, text.encode() + b"\n")

    def finish(self):
        """The exit code, or minus the signal."""
        while True:
            try:
                more = os.read(self.fd, 4096)
            except OSError:
                break
            if not more:
                break
            self.shown += more
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def at_a_terminal(s, county, old):
    equal(county.cli_json("lock"), all_are("locked"), "lock")
    terminal = Terminal(county.command("unlock"))
    terminal.answer("keys of this office: ", "something else")
    equal(terminal.finish(), 3, "a wrong passphrase is typed")
    terminal = Terminal(county.command("unlock"))
    terminal.answer("keys of this office: ", old)
    terminal.read_until("unlocked")
    equal(terminal.finish(), 0, "the right one is typed")
    check("correct horse".encode() not in terminal.shown, "nothing typed is shown")

    # Stopped in the middle, the terminal is as it was.
    county.cli("lock")
    terminal = Terminal(county.command("unlock"))
    terminal.read_until("keys of this office: ")
    wait_for(lambda: not terminal.echoes(), 20, "the echo is off")
    os.write(terminal.fd, b"\x03")
    wait_for(terminal.echoes, 20, "the echo is on again")
    equal(terminal.finish(), -signal.SIGINT, "it ends as a stopped program does")

    node = s.node("typed")
    words = ("init", "--level", "county", "--name", "县", "--region", "431081", "--json")
    terminal = Terminal(node.command(*words))
    terminal.answer("keys of this office: ", OLD)
    terminal.answer("Once more: ", NEW)
    equal(terminal.finish(), 2, "typed differently the second time")
    terminal = Terminal(node.command(*words))
    terminal.answer("keys of this office: ", OLD)
    terminal.answer("Once more: ", OLD)
    equal(terminal.finish(), 0, "typed twice")
    made = terminal.shown.decode()
    equal(json.loads(made[made.index("{"):])["protected"], True, "its keys")
    # Who wants none says so, or types none.
    for name, more, typed in (("said", ("--unprotected",), None), ("empty", (), "")):
        node = s.node(name)
        terminal = Terminal(node.command(*words, *more))
        if typed is not None:
            terminal.answer("keys of this office: ", typed)
        equal(terminal.finish(), 0, f"{name}: made")
        with open(os.path.join(node.dir, "publisher.key"), encoding="ascii") as file:
            check(file.read().startswith("PRIVATE+KEY+"), f"{name}: unprotected")


def story(s):
    old, new = phrase_file(s, "old", OLD), phrase_file(s, "new", NEW)
    root = phrase_file(s, "root", "根 another one for the root")
    wrong = phrase_file(s, "wrong", "neither of them", 0o644)
    plain = how_it_is_made(s, old)

    county = s.county(words=["--announce", "off", "--passphrase-file", old,
                             "--root-passphrase-file", root])
    secrets = secrets_of(s, county, dict.fromkeys(OFFICE, old) | {"root": root})
    no_file_tells(county, secrets)
    first = without_a_node(s, county, old, wrong)
    county.start()
    station = locked_node(s, county, first)
    records_wait(county, station, old, wrong)
    county.publish(s.file("第二课.bin", 100_000), "第二课", "产业", "--no-media")
    inside_the_program(county)
    no_file_tells(county, secrets)
    station.stop()

    change_passphrase(county, old, new, wrong)
    on_paper(s, county, new, wrong)
    county.cli("trust", "key", "change-passphrase", "--passphrase-file", new,
               "--new-passphrase-file", old)
    at_a_terminal(s, county, OLD)
    last = killed_in_a_loop(county, old, new)
    county.cli("unlock", "--passphrase-file", last)
    county.stop()
    unfinished = os.path.join(county.dir, ".tmp-of-a-killed-change")
    with open(unfinished, "wb") as file:
        file.write(b"xiangtu-key/v1\n")
    county.start()
    check(not [name for name in os.listdir(county.dir) if name.startswith(".tmp-")],
          "what a killed change left behind is gone after a start")
    county.stop()
    no_file_tells(county, secrets)
    protected_later(s, plain, old)


run(story)
