#!/usr/bin/env python3
"""Is every text of the command line there in Chinese?

    check_translations.py SOURCE_DIR [XIANGTU]

Looks for the texts given to tr() in node/cli/*.c, and for those it is given by
name: summaries and options of verbs.c, names of levels, states and ways. A
call whose text this file cannot find is a failure, too: say in BY_NAME where
its texts come from. With a program, its language is asked for as a user would.
"""
import os
import re
import subprocess
import sys

STRING = r'"(?:[^"\\]|\\.)*"'
STRINGS = rf'{STRING}(?:\s*{STRING})*'

# argument of tr() -> [(file, pattern whose groups are texts)]
NAMES = rf'(?:\[\w+\] = )?({STRING})'
LEVELS = [("proto/place.c", rf'\[LEVEL_\w+\] = ({STRING})')]
STATES = [("catalog/lessons.c", rf'\[LESSON_\w+\] = ({STRING})'),
          ("node/requests_lessons.c", rf'\breturn ({STRING});'),
          ("node/requests_lessons.c", r'("refused"), "progress"'),
          ("node/drive/survey.c", rf'state = ({STRING})'),
          ("node/drive/survey.c", rf'\? ({STRING}) : ({STRING});'),
          ("node/drive/survey_logs.c", rf'state = ({STRING})'),
          ("node/drive/survey_logs.c", rf'[?:] ({STRING})[;\s]'),
          ("node/drive/survey_logs.c", rf'\breturn ({STRING});')]
FILE_SYSTEMS = [("node/drive/survey.c", rf'\[MOUNT_\w+\] = ({STRING})')]
BY_NAME = {
    "v->summary": [("node/cli/verbs.c", rf'\.summary = ({STRINGS})')],
    "verb->summary": [("node/cli/verbs.c", rf'\.summary = ({STRINGS})')],
    "o->help": [("node/cli/verbs.c",
                 rf'\{{ "[a-z-]+",\s*(?:NULL|{STRINGS}),\s*({STRINGS}) \}}')],
    "level_name(conf->level)": LEVELS,
    'cli_text(s, "level")': LEVELS,
    'cli_text(row, "level")': LEVELS,
    "state": STATES,
    'cli_text(station, "state")': [
        ("node/requests_stations.c", rf'\? ({STRING}) : ({STRING})\)'),
        ("node/requests_stations.c", r'"state", ("heard of")')],
    'cli_text(item, "state")': [
        ("catalog/told.c", r'\{ ' + r',\s*'.join([rf'({STRING})'] * 4) +
         r',\s*NULL')],
    'cli_text(item, "what")': [
        ("catalog/told.c", r'\{ ' + r',\s*'.join([rf'({STRING})'] * 6) +
         r', NULL')],
    'cli_text(log, "standing")': [
        ("node/records.c", rf'\[RECORDS_\w+\] = ({STRING})')],
    'cli_text(lesson, "why")': [
        ("catalog/want.c", rf'\[WANT_REASON_\w+\] =\s*({STRING})')],
    'cli_text(row, "what")': [
        ("catalog/journal.c", rf'\[JOURNAL_\w+\] = ({STRING})')],
    'cli_text(row, "why")': [
        ("node/evict.c", rf'\[EVICT_\w+\] = ({STRING})'),
        ("node/fetcher.c", r'("dropped here")'),
        ("catalog/attention.c", rf'\[ATTENTION_\w+\] = {{ ({STRING})')],
    "report_state_name(s->state)": [
        ("catalog/report.c", r'\{ ("reached"), ("below"),\s*("zero"), ("silent") \}')],
    'cli_text(job, "way")': [
        ("node/fetch_tell.c", rf'\[JOB_\w+\] = ({STRING})')],
    "json_string_value(state)": [
        ("node/requests_keys.c", rf'[?:] ({STRING})[ ;]')],
    "level_name(b->level)": LEVELS,
    "purpose(public)": [
        ("node/cli/cmd_trust_key.c", rf'\? ({STRING}) :'),
        ("node/cli/cmd_trust_key.c", r'("signs");')],
    "p->state": [
        ("node/cli/cmd_drive_prepare.c", rf'p->state = ({STRING})')],
    "survey_file_system(p->facts.kind)": FILE_SYSTEMS,
    'cli_text(drive, "file_system")': FILE_SYSTEMS,
    'cli_text(row, "state")': [
        ("node/drive/survey_logs.c", rf'state = ({STRING})'),
        ("node/drive/survey_logs.c", rf'[?:] ({STRING})[;\s]'),
        ("node/drive/survey_logs.c", rf'\breturn ({STRING});')],
    'cli_text(log, "state")': [
        ("node/drive/inspect_logs.c", r'\? ("\w+") : ("\w+"),'),
        ("node/drive/survey_logs.c", r'("not followed")')],
    'cli_text(lesson, "state")': [
        ("node/drive/inspect.c", rf'state = ({STRING})'),
        ("node/drive/inspect.c", rf'\breturn ({STRING});')],
    "trust_change_text(change->kind)": [
        ("node/trust_diff.h", rf'X\(\w+, {STRING},\s*({STRING})\)')],
    "doing[phase]": [
        ("node/cli/publishing.c", rf'\[PREPARE_\w+\] = ({STRING})')],
    "prepare_what_text(what)": [
        ("node/prepare.h", rf'X\(\w+, {STRING}, \w+,\s*({STRING})\)')],
    "name": [("node/cli/cmd_lessons.c", rf'print_field\(({STRING})'),
             ("node/cli/cmd_lessons.c", rf'\{{ ({STRING}), "[a-z]+" \}}')],
    "texts[i].text": [
        ("node/cli/cmd_drive.c", rf'\{{ "[a-z_]+", ({STRING}) \}}')],
    "json_string_value(text)": [
        ("node/drive/sync_look.c", rf'visit_trouble\(v, ({STRINGS})\)'),
        ("node/drive/sync_trust.c", rf'visit_trouble\(v, ({STRINGS})\)')],
    "said": [("node/cli/cmd_lessons.c", rf'\),\s*({STRING}), err\)'),
             ("node/cli/cmd_lessons.c", rf'off \? ({STRING}) : ({STRING})'),
             ("node/cli/cmd_trust.c", rf'print_station\([^"]*({STRING})\)')],
}


def value(literals):
    """What a run of C string literals says."""
    return "".join(re.sub(r'\\(.)', r'\1', s[1:-1].replace(r"\n", "\n"))
                   for s in re.findall(STRING, literals))


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8") as file:
        text = file.read().replace("\\\n", "\n")
    return re.sub(r'/\*.*?\*/', '', text, flags=re.S)


def calls(text):
    """The argument of every tr() and tr_format()."""
    for match in re.finditer(r'\btr(?:_format)?\(', text):
        at, depth = match.end(), 1
        while depth > 0:
            string = re.compile(STRING).match(text, at)
            if string:
                at = string.end()
                continue
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
        yield text[match.end():at - 1].strip()


def texts(root, complain):
    """Everything that is ever given to tr(), with where it was found."""
    folder = os.path.join(root, "node/cli")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".c") or name.startswith("translations"):
            continue
        for argument in calls(read(root, "node/cli/" + name)):
            words = " ".join(re.sub(STRING, "", argument).split())
            if words == "" or re.fullmatch(r'.*\?\s*:', words):
                for part in re.findall(STRINGS, argument):
                    yield name, value(part)
                continue
            key = " ".join(argument.split())
            if key not in BY_NAME:
                complain(f"{name}: tr({key}): where do its texts come from?")
                continue
            for source, pattern in BY_NAME[key]:
                found = re.findall(pattern, read(root, source))
                if not found:
                    complain(f"{source}: no text for tr({key}) found")
                for groups in found:
                    for part in [groups] if isinstance(groups, str) else groups:
                        yield source, value(part)


def tables(root, complain):
    """All that translations*.c have, each in its order."""
    folder, all_rows = os.path.join(root, "node/cli"), {}
    for name in sorted(os.listdir(folder)):
        if not re.fullmatch(r"translations\w*\.c", name):
            continue
        rows = [(value(e), value(c)) for e, c in re.findall(
            rf'\{{ ({STRINGS}),\s*({STRINGS}) \}},', read(root, "node/cli/" + name))]
        keys = [e.encode() for e, _ in rows]
        for before, after in zip(keys, keys[1:]):
            if before >= after:
                complain(f"{name}: {after.decode()!r} is not in order")
        for english, chinese in rows:
            if re.findall(r'%[^%\s]*[a-z]', english) != \
                    re.findall(r'%[^%\s]*[a-z]', chinese):
                complain(f"{name}: {english!r}: other conversions")
            if english in all_rows:
                complain(f"{name}: {english!r} stands in another table, too")
        all_rows.update(rows)
    return all_rows


def ask(program, **language):
    environment = {k: v for k, v in os.environ.items()
                   if k not in ("LC_ALL", "LC_MESSAGES", "LANG")}
    return subprocess.run([program, "--help"], env={**environment, **language},
                          capture_output=True, text=True, check=True).stdout


def main():
    root = sys.argv[1]
    complaints = []
    complain = complaints.append
    translated = tables(root, complain)
    used = set()
    for where, text in texts(root, complain):
        if text not in translated and text not in used:
            complain(f"{where}: {text!r} is not translated")
        used.add(text)
    for text in sorted(set(translated) - used):
        complain(f"translations: nobody says {text!r}")
    if len(sys.argv) > 2:
        if "用法" not in ask(sys.argv[2], LANG="zh_CN.UTF-8"):
            complain("LANG=zh_CN.UTF-8 is not answered in Chinese")
        if "Usage" not in ask(sys.argv[2], LANG="zh_CN.UTF-8", LC_ALL="C"):
            complain("LC_ALL=C does not win over LANG")
    print("\n".join(complaints) or f"{len(used)} texts, all translated")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
