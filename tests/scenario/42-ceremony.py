# TIMEOUT 240
"""Five people make a root of which three must sign. Each makes a key on a
machine of his own; the notes travel as files on their sticks and gather
signatures. A stranger's key, a wrong passphrase and the same key twice add
nothing, too few are told so and nothing is taken in. Then an office publishes,
a station follows, the root is changed by the thresholds of both, and two of
five keys, which somebody has stolen, can do nothing."""
import os
import subprocess

from ceremony import Person, lacking, next_root, refused, sign_with
from lib import DONE, FAILED, REFUSED, USAGE, check, equal, run, wait_for

NAMES = ["li", "wang", "zhao", "chen", "liu"]


def read(path):
    with open(path, "rb") as f:
        return f.read()


def make_root(s, people):
    """Root 1: three of five, each key on the stick of its holder."""
    table = people[0]
    result = table.try_cli("trust", "init", "--threshold", 3, "--to", table.stick, "--json",
                           *[word for p in people for word in ("--key", p.key + ".pub")])
    check(result.code == DONE, result)
    said = result.json()
    equal(lacking(said), {1: 3}, "signatures lacking at first")
    check(not any("file" in key for key in said["keys"]), "a secret was made")
    return said["file"]


def gather(s, people, note):
    """The note goes from stick to stick."""
    stranger = Person(s, "stranger").make_key()
    before = read(note)
    result = stranger.try_sign(note)
    equal(result.code, REFUSED, f"a key that is none of the five: {result}")
    equal(read(note), before, "the note after a stranger's key")

    equal(lacking(people[0].sign(note)[0]), {1: 2}, "lacking after one")
    again = people[0].sign(note)[0]
    check(not again["added"] and lacking(again) == {1: 2}, "the same key twice counts twice")

    # Two more on copies of their own, apart; a wrong passphrase adds nothing.
    (second,), (third,) = people[1].carry(note), people[2].carry(note)
    signed_once = read(second)
    wrong = people[1].try_cli("trust", "sign", second, "--key", people[1].key,
                              "--passphrase-file", people[3].passphrase)
    equal(wrong.code, REFUSED, f"a wrong passphrase: {wrong}")
    equal(read(second), signed_once, "the note after a wrong passphrase")
    equal(lacking(people[1].sign(second)[0]), {1: 1}, "lacking after two")
    equal(lacking(people[2].sign(third)[0]), {1: 1}, "lacking on the third's copy")
    (on,) = people[2].carry(second)
    said = people[2].sign(on)[0]
    check(said["complete"] and lacking(said) == {1: 0}, f"three of five: {said}")
    return on, second


def found_office(s, people, root, too_few):
    """An office joins with the root note alone, and is named by three."""
    county = s.node("county")
    words = ["--level", "county", "--name", "资兴市", "--region", "431081",
             "--origin", "zixing.example/431081/lessons"]
    result = county.try_init(*words, "--join", too_few)
    check(result.code != DONE and not os.path.exists(os.path.join(county.dir, "node.conf")),
          f"a root that two of three have signed was joined: {result}")
    county.init(*words, "--join", root)
    shown = county.cli("trust", "show")
    check("no trust note yet" in shown and "Trust note 0" not in shown, f"what there is: {shown}")
    request = os.path.join(county.dir, "office.request")
    why = county.cli_fails(REFUSED, "publish", s.file("课.bin", 1000), "--title", "课",
                           "--topic", "产业")
    check("office.request" in why, f"why it may not publish: {why}")

    draft = s.path("trust-1.note")
    county.cli("trust", "publisher", "add", "--request", request, "--topic", "*",
               "--may-delegate", "--to", draft)
    people[4].sign(draft, "--root", root)
    said = county.cli_json("trust", "recipient", "add", "--request", request, "--draft", draft)
    equal((said["dropped"], lacking(said)), (1, {1: 3}), "signatures of what it said before")
    refused(county, "trust", "accept", draft)

    # What lies beside a note may be as made up as the note: its words are shown.
    beside = people[4].carry(draft, root)[0]
    shown = people[4].try_sign(beside)
    check(shown.code == DONE and "Compare them" in shown.out and
          county.status()["words_en"] in shown.out, f"whose root lies beside it: {shown}")
    shown = people[4].try_sign(beside, "--root", root)
    check("Compare them" not in shown.out, f"a root that was named: {shown}")

    # Two copies, signed apart by two and one, are joined at the office.
    mine, theirs = people[3].carry(draft)[0], people[4].carry(draft)[0]
    people[3].sign(mine, "--root", root)
    people[0].sign(mine, "--root", root)
    people[4].sign(theirs, "--root", root)
    shown = refused(county, "trust", "accept", mine).out
    check("still lacking: 1" in shown, f"how many lack: {shown}")
    equal(county.status()["trust"], 0, "trust after too few")
    said = county.cli_json("trust", "accept", theirs, mine)
    equal([note["result"] for note in said["notes"]], ["taken"], "the joined note")
    equal(county.cli_json("trust", "accept", mine)["notes"][0]["result"], "old", "again")
    return county


def change_root(s, people, county, root, station):
    """Root 2 by the thresholds of both, while everybody runs."""
    note, trust, keys = next_root(county, s.path("new-root"), 5, 3)
    shown = refused(county, "trust", "accept", note, trust).out
    check("still lacking: 3" in shown, f"root 2 without root 1: {shown}")
    carried = people[1].carry(note, trust)
    equal(lacking(people[1].sign(*carried, "--root", root)[0]), {1: 2, 2: 0}, "after one of old")
    people[2].sign(*carried, "--root", root)
    refused(county, "trust", "accept", *carried)
    equal(county.status()["root"], 1, "root after two of the old three")
    equal(lacking(people[3].sign(*carried, "--root", root)[0]), {1: 0, 2: 0}, "after three")
    county.cli("trust", "accept", *carried)
    wait_for(lambda: (station.status()["root"], station.status()["trust"]) == (2, 2), 60,
             "the station that joined by root 1 follows")
    lesson = county.publish(s.file("新.bin", 30_000), "新课")
    station.wait_held(lesson["id"])
    return keys


def thieves_of_two_keys(s, people, county, keys):
    """Two of five of the new, all of the old: neither is enough for anything."""
    draft = s.path("stolen.note")
    county.cli("trust", "publisher", "add", "thief.example/43", "--region", "43", "--topic", "*",
               "--key", thief_key(s, people[0]), "--to", draft)
    sign_with(county, [draft], keys[:2])
    refused(county, "trust", "accept", draft)
    for person in people:
        result = person.try_sign(draft, "--root", county.join_file())
        equal(result.code, REFUSED, f"a key of a root that was replaced: {result}")
    refused(county, "trust", "accept", draft)
    forged, _, new = next_root(county, s.path("forged"), 1, 1)
    sign_with(county, [forged], keys[:2])
    shown = refused(county, "trust", "accept", forged).out
    check("still lacking: 1" in shown, f"root 3 by two of three: {shown}")
    equal((county.status()["root"], county.status()["trust"]), (2, 2), "what is held")


def thief_key(s, person):
    path = s.path(f"thief-{person.name}.key")
    result = person.try_cli("trust", "key", "new", "thief.example/43", "--to", path,
                               "--unprotected")
    check(result.code == DONE, result)
    return path + ".pub"


def one_key_is_enough(s):
    """A county as `init` makes it signs by itself, until somebody asks for a
    file."""
    small = s.county(name="small", region="431003", words=["--unprotected"])
    key = thief_key(s, Person(s, "small"))
    said = small.cli_json("trust", "publisher", "add", "thief.example/43", "--region", "431003",
                          "--topic", "民生", "--key", key)
    check(said["accepted"] and said["complete"], f"signed here: {said}")
    small.cli("trust", "publisher", "change", "thief.example/43", "--lesson-bytes", "1G",
              "--may-delegate")
    shown = {p["origin"]: p for p in small.cli_json("trust", "show")["publishers"]}
    thief = shown["thief.example/43"]
    equal((thief["lesson_bytes"], thief["delegate"], thief["topics"], thief["regions"]),
          (1 << 30, True, ["民生"], ["431003"]), "what was changed, and what was not")
    small.cli("trust", "revoke", "thief.example/43", "--good-up-to", "0", "--successor",
              "thief.example/43-b")
    equal([(c["origin"], c["size"], c["successor"])
           for c in small.cli_json("trust", "show")["cutoffs"]],
          [("thief.example/43", 0, "thief.example/43-b")], "what has ended")
    small.cli_fails(USAGE, "trust", "revoke", "other.example/43", "--good-up-to", "5")
    small.cli_fails(FAILED, "trust", "revoke", "thief.example/43", "--good-up-to", "0")
    equal(small.status()["trust"], 4, "versions of trust")
    small.cli("trust", "renew", "--to", s.path("renewed.note"))
    equal(small.status()["trust"], 4, "a file was asked for: nothing is taken in")


def revoke_in_the_middle(s):
    """A log ends at a size it once had, with the root it had then."""
    office = s.county(name="office", region="431004", words=["--unprotected"])
    origin = office.status()["origin"]
    made, heads = [], {}
    for title in ("一", "二", "三", "四", "五"):
        made.append(office.cli_json("publish", s.file(f"{title}.bin", 1000), "--title", title,
                                    "--topic", "产业", "--no-media")["id"])
        log = office.status()["logs"][0]
        heads[log["size"]] = log["root"]
    equal(sorted(heads), [1, 2, 3, 4, 5], "sizes of the log")
    office.cli_fails(REFUSED, "trust", "revoke", origin, "--good-up-to", 3, "--root", heads[2])
    office.cli_fails(USAGE, "trust", "revoke", origin, "--good-up-to", 6)
    said = office.cli_json("trust", "revoke", origin, "--good-up-to", 3)
    equal((said["entries_beyond"], said["lessons_beyond"]), (2, 2), "what comes after")
    end = office.cli_json("trust", "show")["cutoffs"][0]
    equal((end["origin"], end["size"], end["root"]), (origin, 3, heads[3]), "the end")
    equal({lesson["id"] for lesson in office.cli_json("lessons")}, set(made[:3]), "what stays")


def full_stick(s):
    """What could not be written to the end is not there at all."""
    stick = s.path("full-stick")
    os.mkdir(stick)
    words = ["mount", "-t", "tmpfs", "-o", "nr_inodes=6", "tmpfs", stick]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        return
    try:
        result = Person(s, "full").try_cli("trust", "init", "--keys", 5, "--threshold", 3, "--to",
                                           stick, "--unprotected")
        equal((result.code, os.listdir(stick)), (FAILED, []), f"a full stick: {result}")
    finally:
        subprocess.run(["umount", stick], check=False)


def story(s):
    people = [Person(s, name).make_key() for name in NAMES]
    root, too_few = gather(s, people, make_root(s, people))
    county = found_office(s, people, root, too_few).start()
    station = s.station(county).start()
    equal(station.status()["fingerprint"], county.status()["fingerprint"], "the root's words")
    lesson = county.publish(s.file("课.bin", 30_000), "黑山羊")
    station.wait_held(lesson["id"])
    keys = change_root(s, people, county, root, station)
    thieves_of_two_keys(s, people, county, keys)
    one_key_is_enough(s)
    revoke_in_the_middle(s)
    full_stick(s)


run(story)
