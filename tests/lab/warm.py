"""Memory that is the guest's own already.

On a virtual machine whose host takes unused memory back (free page reporting),
the first write to a page costs many times a write to one that is there, and
whoever is measured pays for what others touched before it. Only free blocks of
2 MiB are taken back: memory touched and given up but for a page in each MiB
stays, and it is what the kernel gives out first."""

import contextlib
import mmap

STEP = 1 << 20


@contextlib.contextmanager
def warm(size):
    """So many bytes are there for whoever asks next, until the block ends."""
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_NOHUGEPAGE)
        for at in range(0, size, mmap.PAGESIZE):
            memory[at] = 1
        for at in range(0, size, STEP):
            memory.madvise(mmap.MADV_DONTNEED, at + mmap.PAGESIZE,
                           min(STEP, size - at) - mmap.PAGESIZE)
        yield
