"""Words that must not be read where they do not belong, looked for byte by byte."""
import base64
import os

from lib import check


def forms(word):
    """{what it is called: bytes}: the ways in which a word may lie in a file."""
    found = {"UTF-8": word.encode(), "UTF-16LE": word.encode("utf-16-le"),
             "UTF-16BE": word.encode("utf-16-be"), "GB18030": word.encode("gb18030"),
             "JSON": "".join(c if c.isascii() else f"\\u{ord(c):04x}" for c in word).encode(),
             "hex": word.encode().hex().encode()}
    for before in range(3):
        text = base64.b64encode(bytes(before) + word.encode())
        # What stands there whatever stands before and behind.
        found[f"base64 +{before}"] = text[(before * 8 + 5) // 6:(before + len(word.encode())) * 8 // 6]
    return found


def in_bytes(data, words):
    """[(word, form)] of what is there."""
    return [(word, form) for word in words for form, run in forms(word).items() if run in data]


def in_files(paths, words):
    """[(path, word, form)] in files, and in all files below folders; each whole."""
    found = []
    for path in paths:
        inside = [os.path.join(where, name) for where, _, names in os.walk(path) for name in names]
        for file in inside if os.path.isdir(path) else [path]:
            if os.path.islink(file) or not os.path.isfile(file):
                continue
            with open(file, "rb") as f:
                data = f.read()
            found += [(file, *hit) for hit in in_bytes(data, words)]
    return found


def prove(word):
    """The search finds what is hidden in each of these ways."""
    hidden = {"UTF-8": word.encode(), "UTF-16LE": word.encode("utf-16-le"),
              "JSON": f'{{"n":"{word}"}}'.encode("ascii", "backslashreplace")}
    for before in range(3):
        text = base64.b64encode(b"abc"[:before] + word.encode() + b"xyz")
        hidden[f"base64 +{before}"] = text
    for form, run in hidden.items():
        check((word, form) in in_bytes(b"\0\1" + run + b"\2", [word]),
              f"{word} in {form} would be found")
