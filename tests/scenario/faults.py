"""Files that fail when a story says so (tests/support/faultio)."""

import errno as errors
import mmap
import os
import struct

from lib import BIN, Skip

SHIM = os.path.join(BIN, "libfaultio.so")
FAMILIES = ("write", "fsync", "rename", "read", "open")
_FIRED, _GONE, _PAUSED = 5, 6, 7


class Faults:
    """What fails below `folder` for programs with `env` in their environment.

    `after` is "once", "gone" (everything from then on: the drive was pulled
    out) or "kill" (the program is killed there); without `number` calls are
    only counted. Several programs may share one.
    """

    def __init__(self, scenario, folder, call=None, number=0, after="once",
                 errno=errors.EIO, torn=False):
        if not os.path.exists(SHIM):
            raise Skip("libfaultio.so was not built")
        scenario.faults = getattr(scenario, "faults", 0) + 1
        self.path = scenario.path(f"faults-{os.getpid()}-{scenario.faults}")
        with open(self.path, "wb") as f:
            f.write(bytes(64))
        with open(self.path, "r+b") as f:
            self._map = mmap.mmap(f.fileno(), 64)
        self.words = {"LD_PRELOAD": SHIM, "FAULTIO_PREFIX": os.path.realpath(folder),
                      "FAULTIO_STATE": self.path, "FAULTIO_ERRNO": str(errno),
                      "FAULTIO_AFTER": after,
                      "ASAN_OPTIONS": "verify_asan_link_order=0:"
                                      + os.environ.get("ASAN_OPTIONS", "")}
        if call and number:
            self.words |= {"FAULTIO_CALL": call, "FAULTIO_N": str(number)}
        if torn:
            self.words["FAULTIO_TORN"] = "1"
        self.env = dict(os.environ, **self.words)

    def _get(self, index):
        return struct.unpack_from("=Q", self._map, 8 * index)[0]

    def _set(self, index, value):
        struct.pack_into("=Q", self._map, 8 * index, value)

    def counts(self):
        """{family: calls so far}."""
        return {family: self._get(i) for i, family in enumerate(FAMILIES)}

    def fired(self):
        return bool(self._get(_FIRED))

    def pull(self):
        """Pull the drive out now."""
        self._set(_GONE, 1)

    def pause(self, paused=True):
        """Let everything pass uncounted, or look again."""
        self._set(_PAUSED, 1 if paused else 0)

    def close(self):
        self._map.close()
        os.unlink(self.path)
