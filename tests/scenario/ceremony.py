"""A root ceremony in a few words: people with sticks, and a chain of roots."""
import os
import shutil

from lib import DONE, REFUSED, XIANGTU, check, equal, run_command


class Person:
    """Somebody with a key on a stick, and a machine that no network reaches."""

    def __init__(self, s, name):
        self.name = name
        self.stick = s.path(f"stick-{name}")
        os.mkdir(self.stick)
        self.key = os.path.join(self.stick, "root.key")
        self.passphrase = os.path.join(self.stick, "passphrase")
        with open(self.passphrase, "w") as f:
            f.write(f"the words of {name}\n")
        os.chmod(self.passphrase, 0o600)
        # No node is in it: the machine knows nothing but what is on the stick.
        self.machine = s.path(f"machine-of-{name}")

    def try_cli(self, *words):
        return run_command([XIANGTU, "--dir", self.machine, *map(str, words)])

    def make_key(self):
        result = self.try_cli("trust", "key", "new", f"root-{self.name}", "--to", self.key,
                              "--passphrase-file", self.passphrase)
        check(result.code == DONE, f"{self.name}: {result}")
        equal(os.stat(self.key).st_mode & 0o777, 0o600, "mode of the key")
        with open(self.key) as f:
            check("PRIVATE" not in f.read(), "the key lies open on the stick")
        return self

    def try_sign(self, *words):
        return self.try_cli("trust", "sign", *words, "--key", self.key,
                            "--passphrase-file", self.passphrase)

    def sign(self, *words):
        """Sign, and return what is said of each note."""
        result = self.try_sign(*words, "--json")
        check(result.code == DONE, f"{self.name}: {result}")
        return result.json()["notes"]

    def carry(self, *files):
        """Copies of the files on this stick."""
        return [shutil.copy(file, self.stick) for file in files]


def lacking(said):
    """{root version: how many signatures lack} of one note."""
    return {signer["root"]: signer["lacking"] for signer in said["signers"]}


def next_root(node, folder, keys, threshold):
    """Make the next root of a node, without passphrases; the new keys have
    signed. Returns (root note, trust note, key files)."""
    said = node.cli_json("trust", "init", "--keys", keys, "--threshold", threshold,
                         "--to", folder, "--unprotected")
    return said["file"], said["trust_file"], [key["file"] for key in said["keys"]]


def sign_with(node, notes, keys):
    words = [word for key in keys for word in ("--key", key)]
    return node.cli_json("trust", "sign", *notes, *words)["notes"]


def change_root(node, folder, old_keys, keys, threshold):
    """The next root, signed by `old_keys` and taken in; returns its keys."""
    root, trust, new = next_root(node, folder, keys, threshold)
    sign_with(node, [root], old_keys)
    said = node.cli_json("trust", "accept", trust, root)
    equal([note["result"] for note in said["notes"]], ["taken", "taken"],
          f"what became of {root} and {trust}")
    check(not said["renew"], "the trust note is to be made anew")
    return new


def refused(node, *words):
    result = node.try_cli(*words)
    check(result.code == REFUSED, f"{node.name}: wanted a refusal: {result}")
    return result
