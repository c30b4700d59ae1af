"""The peers: how each is started from Debian's package with the configuration in bench/peers."""

import os
import pathlib
import pwd
import shutil

from process import Server, fill_in, free_port, need, version

MEMORY_MIB = 256  # of each cache, where nothing else is asked for
CONFIGURATIONS = pathlib.Path(__file__).resolve().parent / "peers"

# Varnish writes these for every request to its log in memory, as others do to an access log; a fifth of its CPU.
UNLOGGED = ("Begin", "End", "Link", "Timestamp", "ReqStart", "ReqMethod", "ReqURL", "ReqProtocol", "ReqHeader", "ReqUnset",
            "ReqAcct", "RespProtocol", "RespStatus", "RespReason", "RespHeader", "RespUnset", "VCL_call", "VCL_return",
            "VCL_use", "Hit", "BereqMethod", "BereqURL", "BereqProtocol", "BereqHeader", "BereqUnset", "BereqAcct",
            "BerespProtocol", "BerespStatus", "BerespReason", "BerespHeader", "BerespUnset", "BackendOpen",
            "BackendClose", "Storage", "TTL", "Length", "Fetch_Body", "Filters")


def start_nginx(core: int, origin: int, folder: pathlib.Path, file: str = "nginx.conf", what: str = "",
                cache: pathlib.Path | None = None, keys: str = "64m", files: str = "max=10000 inactive=300s") -> Server:
    program, port, second = need("nginx"), free_port(), free_port()
    fill_in(CONFIGURATIONS / file, folder / "nginx.conf", dir=folder, port=port, second=second, origin=origin,
            cache=cache or folder / "cache", keys=keys, files=files)
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    server = Server(f"nginx {version(program, '-v')} proxy_cache{what}", command, port, core, folder)
    server.http2_port = second
    return server


def start_nginx_in_memory(core: int, origin: int, folder: pathlib.Path, cache: pathlib.Path, **how: str) -> Server:
    """With `cache`, a folder in memory. Writing there costs a third of writing to a disk's page cache, which is what
    misses do; sending from there costs more, so hits have it on disk."""
    return start_nginx(core, origin, folder, what=" in memory", cache=cache, **how)


def start_nginx_plain(core: int, origin: int, folder: pathlib.Path) -> Server:
    server = start_nginx(core, origin, folder, "nginx-plain.conf", ", as usual")
    server.hit = "X-Cache=HIT"
    return server


def start_varnish(core: int, origin: int, folder: pathlib.Path, memory: int = MEMORY_MIB) -> Server:
    program, port = need("varnishd"), free_port()
    fill_in(CONFIGURATIONS / "varnish.vcl", folder / "varnish.vcl", origin=origin)
    command = [program, "-F", "-j", "none", "-n", str(folder / "state"), "-f", str(folder / "varnish.vcl"),
               "-a", f"127.0.0.1:{port}", "-s", f"malloc,{memory}M", "-T", "none", "-p", "thread_pools=1",
               "-p", "thread_pool_min=100", "-p", "timeout_idle=300", "-p", "nuke_limit=100000", "-p",
               "vsl_mask=" + ",".join(f"-{tag}" for tag in UNLOGGED)]
    server = Server(f"Varnish {version(program, '-V')}", command, port, core, folder)
    server.hit = "X-Varnish= "  # two numbers, of this request and of that which stored it
    return server


def start_haproxy(core: int, origin: int, folder: pathlib.Path, memory: int = MEMORY_MIB) -> Server:
    program, port = need("haproxy"), free_port()
    fill_in(CONFIGURATIONS / "haproxy.cfg", folder / "haproxy.cfg", port=port, origin=origin, memory=memory)
    command = [program, "-db", "-f", str(folder / "haproxy.cfg")]
    server = Server(f"HAProxy {version(program, '-v')} cache", command, port, core, folder)
    server.hit = "Age"
    return server


def start_traffic_server(core: int, origin: int, folder: pathlib.Path, memory: int = MEMORY_MIB) -> Server:
    program, port = need("traffic_server"), free_port()
    for name in ("etc", "log", "run", "cache"):
        (folder / name).mkdir()
    # It refuses to run as root; the package brings a user for it.
    user = "trafficserver" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    for template in (CONFIGURATIONS / "trafficserver").iterdir():
        fill_in(template, folder / "etc" / template.name, dir=folder, port=port, origin=origin, user=user, memory=memory,
                ram=memory * 1024 * 1024)
    shutil.copy("/etc/trafficserver/ip_allow.yaml", folder / "etc")
    (folder / "runroot.yaml").write_text(
        "prefix: /usr\nexec_prefix: /usr\nbindir: /usr/bin\nsbindir: /usr/bin\nlibdir: /usr/lib/trafficserver\n"
        "libexecdir: /usr/lib/trafficserver/modules\nincludedir: /usr/include\ndatadir: /usr/share/trafficserver\n"
        f"sysconfdir: {folder}/etc\nlogdir: {folder}/log\nruntimedir: {folder}/run\nlocalstatedir: {folder}/run\n"
        f"cachedir: {folder}/cache\n")
    for path in [folder, *folder.rglob("*")]:
        shutil.chown(path, user)
    server = Server(f"Traffic Server {version(program, '--version')}",
                    [program, f"--run-root={folder}/runroot.yaml"], port, core, folder)
    server.hit = "Age"
    return server


def start_h2o(core: int, _origin: int, folder: pathlib.Path, files: dict[str, int]) -> Server:
    """No cache of its own: it serves the objects as files, which is the most that can be asked of it here."""
    program, port = need("h2o"), free_port()
    (folder / "files").mkdir()
    for path, length in files.items():
        (folder / "files" / path[1:]).write_bytes(b"x" * length)
    runas = "user: root" if os.getuid() == 0 else ""  # as root it would become another user, and only root may name one
    fill_in(CONFIGURATIONS / "h2o.conf", folder / "h2o.conf", dir=folder, port=port, runas=runas)
    return Server(f"h2o {version(program, '--version')}, static files", [program, "-c", str(folder / "h2o.conf")], port,
                  core, folder)
