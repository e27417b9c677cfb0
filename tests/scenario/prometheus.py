"""A strict reader of Prometheus' text format 0.0.4."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
NUMBER = r"[+-]?(?:Inf|NaN|\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
HELP = re.compile(rf"# HELP ({NAME}) ((?:[^\\\n]|\\\\|\\n)*)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram|summary|untyped)")
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? ({NUMBER})")


class Malformed(AssertionError):
    pass


def unescape(text):
    return re.sub(r'\\(.)', lambda m: "\n" if m.group(1) == "n" else m.group(1), text)


def labels_of(text):
    pairs = re.findall(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"', text or "")
    if len({name for name, _ in pairs}) != len(pairs):
        raise Malformed(f"a label twice: {text}")
    return tuple(sorted((name, unescape(value)) for name, value in pairs))


def family_of(sample, types):
    for ending in ("_bucket", "_sum", "_count"):
        base = sample.removesuffix(ending)
        if base != sample and types.get(base) == "histogram":
            return base
    return sample


def check_histogram(name, samples):
    buckets = [(float(dict(labels)["le"].replace("+Inf", "inf")), value)
               for (sample, labels), value in samples.items() if sample == name + "_bucket"]
    bounds, counts = [b for b, _ in buckets], [c for _, c in buckets]
    if bounds != sorted(set(bounds)) or counts != sorted(counts) or bounds[-1] != float("inf"):
        raise Malformed(f"buckets of {name}: {buckets}")
    if samples[(name + "_count", ())] != counts[-1] or (name + "_sum", ()) not in samples:
        raise Malformed(f"{name} does not add up")


def parse(text):
    """{(name, labels): value}, labels being sorted pairs; and {name: type}."""
    if not text.endswith("\n"):
        raise Malformed("the last line does not end")
    samples, types, helps, done, family = {}, {}, set(), set(), None
    for line in text[:-1].split("\n"):
        if match := HELP.fullmatch(line):
            if match.group(1) in helps:
                raise Malformed(f"HELP twice: {line}")
            helps.add(match.group(1))
        elif match := TYPE.fullmatch(line):
            if match.group(1) in types:
                raise Malformed(f"TYPE twice: {line}")
            types[match.group(1)] = match.group(2)
        elif match := SAMPLE.fullmatch(line):
            key = (match.group(1), labels_of(match.group(2)))
            name = family_of(key[0], types)
            if name not in types or name not in helps:
                raise Malformed(f"no HELP or TYPE before: {line}")
            if key in samples or (name != family and name in done):
                raise Malformed(f"twice, or apart from its like: {line}")
            if types[name] == "counter" and not name.endswith("_total"):
                raise Malformed(f"a counter is called _total: {line}")
            samples[key] = float(match.group(3))
            family = name
            done.add(name)
        else:
            raise Malformed(f"not a line of the format: {line!r}")
    if missing := (types.keys() | helps) - done:
        raise Malformed(f"without samples: {missing}")
    for name, kind in types.items():
        if kind == "histogram":
            check_histogram(name, samples)
    return samples, types
