#!/usr/bin/python3
"""Runs a program as containers do by default: io_uring's system calls fail with EPERM.

    test/e2e/forbid_io_uring.py PROGRAM [ARGUMENTS]
"""

import ctypes
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_WITH = 0x7FFF0000, 0x00050000
EPERM = 1
IO_URING = (425, 426, 427)  # setup, enter, register: the same numbers on every architecture


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_so, if_not, value)


def forbid() -> None:
    steps = [step(LOAD_WORD, 0)]  # the number of the call
    for place, number in enumerate(IO_URING):
        steps.append(step(JUMP_IF_EQUAL, number, if_so=len(IO_URING) - place))
    steps += [step(RETURN, ALLOW), step(RETURN, FAIL_WITH | EPERM)]
    program = Program(len(steps), b"".join(steps))
    libc = ctypes.CDLL(None, use_errno=True)
    for words in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program))):
        if libc.prctl(*words) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    forbid()
    os.execv(sys.argv[1], sys.argv[1:])
