"""Run a program as if the kernel lacked something: a filter answers the calls.

    older_kernel.py LACK[,LACK…] PROGRAM WORD…

LACK: landlock (a kernel without it), landlock-off (it has it, switched off at
boot), seccomp, pidfd_getfd."""
import ctypes
import errno
import os
import platform
import struct
import sys

# asm/unistd.h
CALLS = {"x86_64": {"prctl": 157, "seccomp": 317},
         "aarch64": {"prctl": 167, "seccomp": 277}}.get(platform.machine())
LANDLOCK, PIDFD_GETFD = (444, 445, 446), 438
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 22, 38, 2

# linux/filter.h, linux/seccomp.h
LOAD, JUMP_IF, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
NUMBER_AT, FIRST_ARGUMENT_AT = 0, 16


def instruction(code, value, then=0, other=0):
    return struct.pack("=HBBI", code, then, other, value)


def refuse(call, error):
    """With the call's number loaded: this one fails."""
    return [instruction(JUMP_IF, call, 0, 1), instruction(RETURN, ERRNO | error)]


def program(lacks):
    made = [instruction(LOAD, NUMBER_AT)]
    for lack in lacks:
        if lack in ("landlock", "landlock-off"):
            error = errno.ENOSYS if lack == "landlock" else errno.EOPNOTSUPP
            for call in LANDLOCK:
                made += refuse(call, error)
        elif lack == "pidfd_getfd":
            made += refuse(PIDFD_GETFD, errno.ENOSYS)
        elif lack == "seccomp":
            made += refuse(CALLS["seccomp"], errno.ENOSYS)
            made += [instruction(JUMP_IF, CALLS["prctl"], 0, 4),
                     instruction(LOAD, FIRST_ARGUMENT_AT),
                     instruction(JUMP_IF, PR_SET_SECCOMP, 0, 1),
                     instruction(RETURN, ERRNO | errno.EINVAL),
                     instruction(LOAD, NUMBER_AT)]
        else:
            sys.exit(f"older_kernel.py: what is '{lack}'?")
    return made + [instruction(RETURN, ALLOW)]


def install(instructions):
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(b"".join(instructions))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(instructions),
                                                   ctypes.addressof(code)))
    if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or
            libc.prctl(PR_SET_SECCOMP, FILTER, head, 0, 0) != 0):
        sys.exit("older_kernel.py: " + os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    install(program(sys.argv[1].split(",")))
    os.execv(sys.argv[2], sys.argv[2:])
