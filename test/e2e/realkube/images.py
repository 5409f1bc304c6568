"""images.py BIN ROOT VERSION OUT: one archive, for `ctr images import`, with the images of a kubeadm 1.20 cluster.

BIN holds the programs that were built, ROOT unpacked Debian packages. Every image is a single layer with a program and the
libraries that its loader asks for. Dates and owners are fixed, so that two builds are alike.
"""
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile

BIN, ROOT, VERSION, OUT = sys.argv[1:]
LOADER = "/lib64/ld-linux-x86-64.so.2"
LIBRARIES = "/lib/x86_64-linux-gnu/"
NAMES = {"/etc/passwd": b"root:x:0:0:root:/root:/bin/sh\n", "/etc/group": b"root:x:0:\n", "/etc/nsswitch.conf": b"hosts: files dns\n"}


def inside(path):
    """The file in ROOT that a path of the packages means, links followed there and not on this host."""
    file = ROOT + path
    while os.path.islink(file):
        target = os.readlink(file)
        file = ROOT + target if target.startswith("/") else os.path.normpath(os.path.join(os.path.dirname(file), target))
    return file


def libraries(*programs):
    """Path in the image → file, for everything that the loader maps for these programs."""
    search = ":".join(ROOT + d for d in ("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/lib"))
    found = {LOADER: inside(LOADER)}
    for program in programs:
        listing = subprocess.run([inside(LOADER), "--library-path", search, "--list", program], capture_output=True, text=True).stdout
        for line in listing.splitlines():
            if "=> " in line and "ld-linux" not in line:
                name, path = line.strip().split(" => ")
                found[LIBRARIES + name] = os.path.realpath(path.split(" (")[0])
    return found


class Archive:
    """The format of `docker save`."""

    def __init__(self, path):
        self.tar = tarfile.open(path, "w")
        self.manifest = []

    def put(self, name, data):
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        self.tar.addfile(entry, io.BytesIO(data))

    def image(self, tags, files, entrypoint=None, command=None, folders=(), links=None):
        layer = layer_of(files, folders, links or {})
        # every machine fetches the archive: packed it is a third
        packed = gzip.compress(layer, 1, mtime=0)
        digest = hashlib.sha256(packed).hexdigest()
        config = json.dumps({
            "architecture": "amd64", "os": "linux", "created": "2021-01-13T00:00:00Z",
            "config": {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], "Entrypoint": entrypoint, "Cmd": command, "WorkingDir": "/"},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
            "history": [{"created": "2021-01-13T00:00:00Z", "created_by": "images.py"}],
        }).encode()
        name = hashlib.sha256(config).hexdigest() + ".json"
        self.put(f"{digest}/layer.tar", packed)
        self.put(name, config)
        self.manifest.append({"Config": name, "RepoTags": tags, "Layers": [f"{digest}/layer.tar"]})

    def close(self):
        self.put("manifest.json", json.dumps(self.manifest).encode())
        self.tar.close()


def layer_of(files, folders, links):
    """files: path → bytes or a file's name; links: path → target."""
    buffer, made = io.BytesIO(), set()
    tar = tarfile.open(fileobj=buffer, mode="w")

    def folder(path):
        path = path.strip("/")
        if path and path not in made:
            folder(os.path.dirname(path))
            made.add(path)
            entry = tarfile.TarInfo(path)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if path == "tmp" else 0o755
            tar.addfile(entry)

    for path in folders:
        folder(path)
    for path, source in sorted(files.items()):
        folder(os.path.dirname(path))
        entry = tarfile.TarInfo(path.strip("/"))
        if isinstance(source, bytes):
            entry.size, entry.mode = len(source), 0o644
            tar.addfile(entry, io.BytesIO(source))
        else:
            entry.size, entry.mode = os.path.getsize(source), 0o755
            with open(source, "rb") as content:
                tar.addfile(entry, content)
    for path, target in sorted(links.items()):
        folder(os.path.dirname(path))
        entry = tarfile.TarInfo(path.strip("/"))
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        tar.addfile(entry)
    tar.close()
    return buffer.getvalue()


def kube_proxy(busybox, applets):
    """iptables loads its matches and targets when a rule names them, so all of them come along, with their libraries."""
    multi, conntrack = ROOT + "/usr/sbin/xtables-nft-multi", ROOT + "/usr/sbin/conntrack"
    files = {
        "/usr/local/bin/kube-proxy": BIN + "/kube-proxy", "/usr/sbin/xtables-nft-multi": multi, "/usr/sbin/conntrack": conntrack,
        "/bin/busybox": busybox, **NAMES, **libraries(multi, conntrack),
    }
    links = {path: target for path, target in applets.items() if path in ("/bin/sh", "/bin/ls", "/bin/cat")}
    extensions = "/usr/lib/x86_64-linux-gnu/xtables"
    for name in sorted(os.listdir(ROOT + extensions)):
        file = f"{ROOT}{extensions}/{name}"
        if os.path.islink(file):
            links[f"{extensions}/{name}"] = os.readlink(file)
        else:
            files |= {f"{extensions}/{name}": file} | libraries(file)
    for family in ("iptables", "ip6tables"):
        for tool in ("", "-save", "-restore"):
            links[f"/usr/sbin/{family}{tool}"] = "xtables-nft-multi"
    return files, links


archive = Archive(OUT)
busybox = ROOT + "/bin/busybox"
names = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
applets = {"/bin/" + name: "busybox" for name in names if name != "busybox"}
registry = "k8s.gcr.io/"
archive.image([registry + "pause:3.2"], {"/pause": BIN + "/pause"}, ["/pause"])
for component in ("kube-apiserver", "kube-controller-manager", "kube-scheduler"):
    archive.image([f"{registry}{component}:{VERSION}"], {"/usr/local/bin/" + component: f"{BIN}/{component}", **NAMES}, folders=["tmp"])
etcd = [ROOT + "/usr/bin/etcd", ROOT + "/usr/bin/etcdctl"]
archive.image([registry + "etcd:3.4.13-0"], {"/usr/local/bin/" + os.path.basename(p): p for p in etcd} | libraries(*etcd) | NAMES, folders=["tmp", "var/lib"])
archive.image([registry + "coredns:1.7.0"], {"/coredns": BIN + "/coredns", **NAMES}, ["/coredns"])
archive.image(["docker.io/library/busybox:latest", "docker.io/library/busybox:1.35"], {"/bin/busybox": busybox, **NAMES}, command=["sh"],
              folders=["tmp", "root", "var"], links=applets)
files, links = kube_proxy(busybox, applets)
archive.image([registry + "kube-proxy:" + VERSION], files, folders=["tmp", "run", "lib", "var/lib"], links=links)
archive.close()
