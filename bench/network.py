"""A loopback of the benchmark's own: a network namespace, where the system allows one.

Why: sockets take the congestion control that the machine is set to. On loopback, where nothing is ever lost, BBR's pacing
turns a large answer into many small sends, each woken by a timer: 1 MiB by `sendfile` then cost the floor program seven
times as much as with Reno, and servers differ by how they happen to meet the pacing. Reno (and Linux's usual CUBIC) send as fast as the
reader reads, so that what is left is the work of the servers. Ports and settings of the machine stay as they are.
"""

import ctypes
import fcntl
import pathlib
import socket
import struct

CONGESTION = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control")
_NEW_NETWORK, _GET_FLAGS, _SET_FLAGS, _UP = 0x40000000, 0x8913, 0x8914, 1


def _raise_loopback() -> None:
    with socket.socket() as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _GET_FLAGS, request))[1]
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def congestion_control() -> str:
    return CONGESTION.read_text().strip()


def take_own(congestion: str) -> bool:
    """Moves this process, and all it starts from now on, to a network of its own with that congestion control. False
    where the system does not allow it (it takes root); the machine's loopback is used then."""
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK) != 0:
        return False
    _raise_loopback()
    try:
        CONGESTION.write_text(congestion)
    except OSError:  # not known, or not allowed to namespaces: what the machine has holds here too
        return congestion_control() == congestion
    return True
