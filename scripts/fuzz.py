"""Runs the fuzz targets of build/fuzz one after the other (or several at a
time), and says what came of it. Called by scripts/fuzz, which builds them."""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

# What a single input may take. A parser that needs more for a few kilobytes
# is broken, too.
LIMITS = ["-rss_limit_mb=1024", "-timeout=15", "-print_final_stats=1"]


class Target:
    def __init__(self, root, line):
        words = line.split()
        self.name, self.max_len, self.files = words[0], words[1], words[2:]
        self.build = root / "build/fuzz"
        self.program = self.build / "bin" / f"fuzz_{self.name}"
        self.corpus = self.build / "corpus" / self.name
        self.seeds = self.build / "seeds" / self.name
        self.found = self.build / "found" / self.name
        words = root / "tests/fuzz/dict" / f"{self.name}.dict"
        self.dictionary = [f"-dict={words}"] if words.exists() else []

    def digest(self):
        return hashlib.sha256(self.program.read_bytes()).hexdigest()

    def make_seeds(self, scratch, output):
        shutil.rmtree(self.seeds, ignore_errors=True)
        self.seeds.mkdir(parents=True)
        return subprocess.run([self.program], stdout=output, stderr=output,
                              env=environment(scratch, XIANGTU_FUZZ_SEEDS=str(
                                  self.seeds))).returncode

    def run(self, seconds):
        """One round; a dict of what came of it."""
        self.corpus.mkdir(parents=True, exist_ok=True)
        self.found.mkdir(parents=True, exist_ok=True)
        before = set(self.found.iterdir())
        scratch = tempfile.mkdtemp(prefix="xiangtu-fuzz.", dir=memory())
        try:
            length = ([f"-max_total_time={seconds}"] if seconds > 0
                      else ["-runs=0"])
            command = [self.program, *LIMITS, *length,
                       f"-max_len={self.max_len}", *self.dictionary,
                       f"-artifact_prefix={self.found}/", self.corpus,
                       self.seeds, *self.files]
            began = time.monotonic()
            log = self.build / "found" / f"{self.name}.log"
            with open(log, "wb") as output:
                code = self.make_seeds(scratch, output)
                code = code or subprocess.run(
                    command, stdout=output, stderr=output,
                    env=environment(scratch)).returncode
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        text = log.read_text(errors="replace")
        return {"name": self.name, "digest": self.digest(), "code": code,
                "seconds": round(time.monotonic() - began),
                "found": [str(path) for path in
                          sorted(set(self.found.iterdir()) - before)],
                "log": str(log), **figures(text)}


def memory():
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def environment(scratch, **more):
    # What a target keeps on disk goes to a folder that is removed even when it
    # fell over.
    return {**os.environ, "TMPDIR": scratch,
            "ASAN_OPTIONS": "abort_on_error=0:quarantine_size_mb=32",
            "UBSAN_OPTIONS": "print_stacktrace=1", **more}


def figures(text):
    def last(expression):
        found = re.findall(expression, text)
        return int(found[-1]) if found else 0
    return {"runs": last(r"stat::number_of_executed_units:\s+(\d+)"),
            "peak_mb": last(r"stat::peak_rss_mb:\s+(\d+)"),
            "edges": last(r" cov: (\d+)"), "features": last(r" ft: (\d+)"),
            "corpus": last(r" corp: (\d+)")}


# --- what is kept between runs ---

def load(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def add(kept, result):
    """Rounds of the same build count together."""
    old = kept.get(result["name"])
    if old and old["digest"] == result["digest"]:
        result = {**result, "seconds": old["seconds"] + result["seconds"],
                  "runs": old["runs"] + result["runs"],
                  "found": old["found"] + result["found"],
                  "code": old["code"] or result["code"]}
    kept[result["name"]] = result
    return result


def table(results):
    lines = ["| target | seconds | runs | edges | features | corpus "
             "| memory | found |", "|---|--:|--:|--:|--:|--:|--:|--:|"]
    for r in results:
        lines.append(f"| {r['name']} | {r['seconds']} | {r['runs']:,} "
                     f"| {r['edges']} | {r['features']} | {r['corpus']} "
                     f"| {r['peak_mb']} MB | {len(r['found'])} |")
    total = {key: sum(r[key] for r in results)
             for key in ("seconds", "runs", "edges", "features", "corpus")}
    lines.append(f"| all {len(results)} | {total['seconds']} "
                 f"| {total['runs']:,} | {total['edges']} "
                 f"| {total['features']} | {total['corpus']} | "
                 f"| {sum(len(r['found']) for r in results)} |")
    return "\n".join(lines) + "\n"


def arguments(names):
    parser = argparse.ArgumentParser(prog="fuzz", add_help=False)
    parser.add_argument("root")
    parser.add_argument("minutes", nargs="?", type=float)
    parser.add_argument("--only", action="append", choices=names)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--list", action="store_true")
    asked = parser.parse_args()
    if asked.minutes is None and not asked.list:
        parser.error("how many minutes? (--help tells)")
    return asked


def tell(result):
    bad = result["found"] or result["code"] != 0
    print(f"{'FOUND' if bad else 'ok   '} {result['name']:<18} "
          f"{result['seconds']:>5} s {result['runs']:>12,} runs "
          f"{result['edges']:>6} edges {result['features']:>6} features",
          flush=True)
    return bad


def main():
    root = pathlib.Path(sys.argv[1])
    lines = (root / "build/fuzz/fuzz-targets.txt").read_text().splitlines()
    targets = [Target(root, line) for line in lines]
    asked = arguments([target.name for target in targets])
    if asked.list:
        print("\n".join(target.name for target in targets))
        return 0
    kept_at = root / "build/fuzz/figures.json"
    kept = load(kept_at)
    if not asked.resume:
        kept = {}
    chosen = [t for t in targets if not asked.only or t.name in asked.only]
    wanted = round(asked.minutes * 60)

    def left(target):
        old = kept.get(target.name)
        if old and old["digest"] == target.digest():
            return wanted - old["seconds"]
        return wanted

    def work(target):
        seconds = left(target)
        if seconds <= 0 and wanted > 0:
            return None
        return target.run(seconds)

    bad = []
    with concurrent.futures.ThreadPoolExecutor(max(asked.jobs, 1)) as pool:
        for result in pool.map(work, chosen):
            if result is None:
                continue
            if tell(result):
                bad.append(result)
            add(kept, result)
            kept_at.write_text(json.dumps(kept, indent=1))
    results = [kept[t.name] for t in chosen if t.name in kept]
    text = table(results)
    (root / "build/fuzz/figures.md").write_text(text)
    print("\n" + text)
    for result in bad:
        program = root / "build/fuzz/bin" / f"fuzz_{result['name']}"
        print(f"{result['name']}: see {result['log']}")
        for path in result["found"]:
            print("  again: " + shlex.join([str(program), path]))
    return 1 if bad else 0


sys.exit(main())
