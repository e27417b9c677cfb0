#!/usr/bin/env python3
"""Do the documents name what is there?

    check_docs.py SOURCE_DIR

The code map of README.md has each source file once, and no others; links
between documents lead somewhere; each row of docs/threat-model.md names tests
that exist; each verb and option of the command line is in both manual pages,
and each request in docs/architecture.md; no two decisions or stories have one
number.
"""
import glob
import os
import re
import sys

FOLDERS = ["proto", "signing", "catalog", "node", "node/drive", "node/page", "node/study",
           "node/office", "node/cli", "node/torrent"]


def read(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


def code_map():
    folder, mapped = None, []
    for line in read("README.md").splitlines():
        heading = re.match(r"\*\*([\w/]+)/\*\* –", line)
        row = re.match(r"\| `(\w+\.c(?:pp)?)` \|", line)
        if heading:
            folder = heading.group(1)
        elif row and folder:
            mapped.append(f"{folder}/{row.group(1)}")
    there = [name for folder in FOLDERS
             for name in glob.glob(f"{folder}/*.c") + glob.glob(f"{folder}/*.cpp")]
    for name in sorted(set(there) - set(mapped)):
        yield f"README.md: the code map lacks {name}"
    for name in sorted(set(mapped) - set(there)):
        yield f"README.md: there is no {name}"
    for name in sorted({n for n in mapped if mapped.count(n) > 1}):
        yield f"README.md: {name} stands twice in the code map"


def links():
    for page in ["README.md"] + glob.glob("docs/**/*.md", recursive=True):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", read(page)):
            path = os.path.join(os.path.dirname(page), target)
            if "://" not in target and not os.path.exists(path):
                yield f"{page}: {target} leads nowhere"


def threat_model():
    kinds = {"scenario": "tests/scenario/{}.py", "fuzz": "tests/fuzz/fuzz_{}.c"}
    page = read("docs/threat-model.md")
    for kind, name in re.findall(r"`(scenario|fuzz|proto|signing|catalog|node)\.([\w-]+)`", page):
        if not os.path.exists(kinds.get(kind, f"tests/unit/{kind}/test_{{}}.c").format(name)):
            yield f"docs/threat-model.md: there is no test {kind}.{name}"
    for section in page.split("\n## "):
        for row in re.findall(r"^\|.*\|$", section, re.M)[2:] if "| test |" in section else []:
            if "`" not in row.split("|")[-2]:
                yield f"docs/threat-model.md: no test for {row.split('|')[1].strip()}"


def command_line():
    verbs = read("node/cli/verbs.c").replace("\\\n", "\n")
    for page in ["docs/man/xiangtu.1", "docs/man/zh_CN/xiangtu.1"]:
        manual = read(page).replace("\\-", "-")
        for verb in re.findall(r'\.name = "([a-z -]+)"', verbs):
            if not re.search(rf'\b{verb}\b', manual):
                yield f"{page}: {verb} is missing"
        for option in set(re.findall(r'\{ "([a-z-]+)",', verbs)):
            if f"--{option}" not in manual:
                yield f"{page}: --{option} is missing"


def requests():
    page = read("docs/architecture.md")
    for verb in re.findall(r'\{ "([a-z-]+)", request_', read("node/requests.c")):
        if f"| `{verb}` |" not in page:
            yield f"docs/architecture.md: the request {verb} is missing"


def numbers():
    for names in ("docs/decisions/*.md", "tests/scenario/[0-9]*.py", "tests/browser/[0-9]*.py"):
        seen = {}
        for name in sorted(glob.glob(names)):
            number = os.path.basename(name).split("-")[0]
            if number in seen:
                yield f"{name}: {seen[number]} has that number already"
            seen[number] = name
    for name in glob.glob("docs/decisions/*.md"):
        title = re.match(r"# (\d+)\. ", read(name))
        if not title or int(title.group(1)) != int(os.path.basename(name)[:4]):
            yield f"{name}: its title has another number"
    for number, page in re.findall(r"\[decision (\d+)\]\(\S*/?(\d{4})-", "".join(
            read(name) for name in glob.glob("docs/**/*.md", recursive=True))):
        if int(number) != int(page):
            yield f"decision {number} leads to {page}"


def main():
    os.chdir(sys.argv[1])
    complaints = [*code_map(), *links(), *threat_model(), *command_line(), *requests(), *numbers()]
    print("\n".join(complaints) or "the documents name what is there")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
