/** The images of everyday Kubernetes life: pause, etcd, kube-*, coredns, web servers and tool boxes. */
import { addAccounts, addTools, type ContainerImage, type ImageFamily } from "./images.ts";
import type { ImageBuilder } from "../fs/image.ts";

const MiB = 1024 * 1024;

/** Last patch release of each Kubernetes minor that the registry has (kubernetes.io/releases/patch-releases). */
const lastPatch: Record<number, number> = {
  20: 15, 21: 14, 22: 17, 23: 17, 24: 17, 25: 16, 26: 15, 27: 16, 28: 15, 29: 15, 30: 14, 31: 14, 32: 13, 33: 12, 34: 8, 35: 5, 36: 2,
}; // prettier-ignore

const kubernetesTags = Object.entries(lastPatch).flatMap(([minor, last]) =>
  Array.from({ length: last + 1 }, (_, patch) => `v1.${minor}.${patch}`),
);

function distroless(builder: ImageBuilder): void {
  addAccounts(builder, {
    passwd: ["nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin"],
    group: ["nonroot:x:65532:"],
    shell: "/sbin/nologin",
  });
  builder.file("/etc/os-release", 'PRETTY_NAME="Distroless"\nNAME="Debian GNU/Linux"\nID="debian"\n').dir("/etc/ssl/certs");
}

const goPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A control-plane component: kube-apiserver and its kin are started through /go-runner in 1.20 and later, which execs its arguments. */
function component(name: string, size: number): ImageFamily {
  return {
    repositories: [`registry.k8s.io/${name}`, ...["amd64", "arm64"].map((arch) => `registry.k8s.io/${name}-${arch}`)],
    tags: kubernetesTags,
    image: (tag) => ({
      size: size * MiB,
      config: { env: [goPath, "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"], workingDir: "/" },
      root: (builder) => {
        distroless(builder);
        builder.binary(`/usr/local/bin/${name}`, name, tag.slice(1), 3 * size * MiB);
      },
    }),
  };
}

const kubeProxy: ImageFamily = {
  repositories: ["registry.k8s.io/kube-proxy"],
  tags: kubernetesTags,
  image: (tag) => ({
    size: 25 * MiB,
    config: { env: [goPath], workingDir: "/" },
    root: (builder) => {
      distroless(builder);
      addTools(builder, "/usr/sbin", [
        "iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore", "ipset", "conntrack", "nft", "modprobe", "sysctl",
      ]); // prettier-ignore
      addTools(builder, "/usr/bin", ["sh", "cat", "ls", "kmod"]);
      builder.link("/bin", "/usr/bin").binary("/usr/local/bin/kube-proxy", "kube-proxy", tag.slice(1), 70 * MiB);
    },
  }),
};

const etcdTags = [
  "3.4.13-0", "3.5.0-0", "3.5.1-0", "3.5.3-0", "3.5.4-0", "3.5.6-0", "3.5.7-0", "3.5.8-0", "3.5.9-0", "3.5.10-0", "3.5.11-0", "3.5.12-0",
  "3.5.13-0", "3.5.14-0", "3.5.15-0", "3.5.16-0", "3.5.17-0", "3.5.21-0", "3.5.24-0", "3.6.4-0", "3.6.5-0", "3.6.6-0", "3.6.7-0", "3.6.8-0", "3.6.9-0", "3.6.10-0",
]; // prettier-ignore

const etcd: ImageFamily = {
  repositories: ["registry.k8s.io/etcd"],
  tags: etcdTags,
  image: (tag) => ({
    size: 57 * MiB,
    config: { env: [goPath], workingDir: "/" },
    root: (builder) => {
      const version = tag.replace(/-\d+$/, "");
      distroless(builder);
      builder.binary("/usr/local/bin/etcd", "etcd", version, 24 * MiB).binary("/usr/local/bin/etcdctl", "etcdctl", version, 18 * MiB);
      if (/^3\.[56]/.test(version)) builder.binary("/usr/local/bin/etcdutl", "etcdutl", version, 16 * MiB);
    },
  }),
};

const pause: ImageFamily = {
  repositories: ["registry.k8s.io/pause"],
  tags: ["3.1", "3.2", "3.3", "3.4.1", "3.5", "3.6", "3.7", "3.8", "3.9", "3.10", "3.10.1", "3.10.2"],
  image: (tag) => ({
    size: 320_000,
    config: { entrypoint: ["/pause"], env: [goPath], user: "65535:65535", workingDir: "/" },
    root: (builder) => builder.binary("/pause", "pause", tag, 745_000).dir("/proc").dir("/sys").dir("/dev").dir("/etc"),
  }),
};

function corednsImage(tag: string): Omit<ContainerImage, "refs"> {
  return {
    size: 20 * MiB,
    config: { entrypoint: ["/coredns"], env: [goPath], workingDir: "/" },
    root: (builder) => {
      distroless(builder);
      builder.binary("/coredns", "coredns", tag.replace(/^v/, ""), 60 * MiB);
    },
  };
}
const corednsTags = [
  "1.7.0", "v1.8.0", "v1.8.3", "v1.8.4", "v1.8.5", "v1.8.6", "v1.9.0", "v1.9.3", "v1.9.4", "v1.10.0", "v1.10.1", "v1.11.0", "v1.11.1", "v1.11.2", "v1.11.3", "v1.11.4",
  "v1.12.0", "v1.12.1", "v1.12.2", "v1.12.3", "v1.12.4", "v1.13.0", "v1.13.1", "v1.13.2", "v1.14.0", "v1.14.1", "v1.14.2",
]; // prettier-ignore

const shellTools = [
  "sh", "ash", "[", "awk", "base64", "basename", "cat", "chmod", "chown", "cp", "cut", "date", "dd", "df", "diff", "dirname", "du", "echo", "egrep", "env", "expr",
  "false", "fgrep", "find", "grep", "head", "hostname", "id", "kill", "ln", "ls", "md5sum", "mkdir", "mktemp", "mount", "mv", "nproc", "printenv", "printf", "ps",
  "pwd", "readlink", "realpath", "rm", "rmdir", "sed", "seq", "sha256sum", "sleep", "sort", "stat", "sync", "tail", "tar", "tee", "test", "timeout", "touch", "tr",
  "true", "uname", "uniq", "vi", "wc", "which", "whoami", "xargs", "yes",
]; // prettier-ignore
const netTools = ["arp", "ifconfig", "ip", "nc", "netstat", "nslookup", "ping", "route", "telnet", "traceroute", "wget"];

/** Programs of which BusyBox has its own kind. */
const busyboxTools = { ash: "sh", nslookup: "busybox-nslookup", ping: "busybox-ping", ps: "busybox-ps", wget: "busybox-wget" };

function busyboxRoot(builder: ImageBuilder, version = ""): void {
  addAccounts(builder, { passwd: ["daemon:x:1:1:daemon:/usr/sbin:/bin/false", "www-data:x:33:33:www-data:/var/www:/bin/false"] });
  addTools(builder, "/bin", [...shellTools, ...netTools], busyboxTools, version);
  builder.binary("/bin/busybox", "busybox", version, 1_100_000).binary("/bin/httpd", "busybox-httpd", "", 4096);
}

const busybox: ImageFamily = {
  repositories: ["docker.io/library/busybox", "registry.k8s.io/e2e-test-images/busybox"],
  tags: [
    "latest",
    "stable",
    "musl",
    "glibc",
    "uclibc",
    "1",
    ...["28", "29", "30", "31", "32", "33", "34", "35", "36", "37"].map((m) => `1.${m}`),
    "1.28.4",
    "1.29-2",
    "1.29-4",
    "1.36.0",
    "1.36.1",
    "1.37.0",
  ],
  image: (tag) => ({
    size: 2_200_000,
    config: { cmd: ["sh"], env: [goPath] },
    root: (builder) => busyboxRoot(builder, /^1\.\d/.test(tag) ? tag : ""),
  }),
};

const alpineVersions = ["3.15", "3.16", "3.17", "3.18", "3.19", "3.20", "3.21", "3.22", "3.23"];
function alpineRoot(builder: ImageBuilder, version = "3.22"): void {
  addAccounts(builder, { passwd: ["daemon:x:2:2:daemon:/sbin:/sbin/nologin"] });
  addTools(builder, "/bin", [...shellTools, "ping", "nc", "netstat", "ip"], busyboxTools);
  addTools(builder, "/usr/bin", ["wget", "nslookup", "traceroute"], busyboxTools);
  builder.binary("/bin/busybox", "busybox", "", 800_000);
  builder.file("/etc/alpine-release", `${version}.0\n`);
  builder.file("/etc/os-release", `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${version}.0\nPRETTY_NAME="Alpine Linux v${version}"\n`);
}
const alpine: ImageFamily = {
  repositories: ["docker.io/library/alpine"],
  tags: ["latest", "3", ...alpineVersions],
  image: (tag) => ({
    size: 3_800_000,
    config: { cmd: ["/bin/sh"], env: [goPath] },
    root: (b) => alpineRoot(b, tag.includes(".") ? tag : "3.23"),
  }),
};

const curl: ImageFamily = {
  repositories: ["docker.io/curlimages/curl", "quay.io/curl/curl"],
  tags: [
    "latest",
    "7.88.1",
    "8.1.2",
    "8.4.0",
    "8.5.0",
    "8.7.1",
    "8.8.0",
    "8.9.1",
    "8.10.1",
    "8.11.1",
    "8.12.1",
    "8.13.0",
    "8.14.1",
    "8.15.0",
    "8.16.0",
    "8.17.0",
  ],
  image: () => ({
    size: 9 * MiB,
    config: { entrypoint: ["/entrypoint.sh"], cmd: ["curl"], env: [goPath, "CURL_CA_BUNDLE=/cacert.pem"], user: "curl_user" },
    root: (builder) => {
      alpineRoot(builder);
      addAccounts(builder, { passwd: ["curl_user:x:100:101:Linux User,,,:/home/curl_user:/bin/sh"], group: ["curl_group:x:101:"] });
      addTools(builder, "/usr/bin", ["curl"]);
      builder
        .file("/entrypoint.sh", '#!/bin/sh\nset -e\nif [ "${1#-}" != "${1}" ]; then\n    set -- curl "$@"\nfi\nexec "$@"\n', {
          mode: 0o755,
        })
        .dir("/home/curl_user", { uid: 100, gid: 101 });
    },
  }),
};

const netshoot: ImageFamily = {
  repositories: ["docker.io/nicolaka/netshoot"],
  tags: ["latest", "v0.11", "v0.12", "v0.13", "v0.14", "v0.15"],
  image: () => ({
    size: 190 * MiB,
    config: { cmd: ["zsh"], env: [goPath], workingDir: "/root" },
    root: (builder) => {
      alpineRoot(builder);
      addTools(builder, "/usr/bin", [
        "bash", "bridge", "conntrack", "curl", "dig", "ethtool", "host", "ip", "ipset", "iptables", "iptables-save", "iptables-restore", "jq", "mtr", "nc", "nft", "nslookup",
        "openssl", "ping", "ss", "tcpdump", "traceroute", "tracepath", "wget",
      ]); // prettier-ignore
    },
  }),
};

const nginxTags = [
  "latest", "stable", "mainline", "alpine", "stable-alpine", "1", "1-alpine",
  ...["14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29"].flatMap((m) => [`1.${m}`, `1.${m}-alpine`]),
  "1.7.9", "1.14.2", "1.15.12", "1.16.1", "1.19.10", "1.21.6", "1.23.4", "1.25.5", "1.26.3", "1.27.5", "1.28.0", "1.29.4",
]; // prettier-ignore
const nginxVersion = (tag: string): string => {
  const number = /^1\.\d+(\.\d+)?/.exec(tag)?.[0] ?? "1.29.4";
  return number.split(".").length === 2 ? `${number}.${Number(number.slice(2)) % 2 === 0 ? 3 : 5}` : number;
};

/** The page that every nginx installation shows first (nginx source, html/index.html). */
const welcome = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;

const nginx: ImageFamily = {
  repositories: ["docker.io/library/nginx", "registry.k8s.io/e2e-test-images/nginx"],
  tags: nginxTags,
  image: (tag) => ({
    size: tag.includes("alpine") ? 20 * MiB : 72 * MiB,
    config: { cmd: ["nginx", "-g", "daemon off;"], env: [goPath, `NGINX_VERSION=${nginxVersion(tag)}`], stopSignal: "SIGQUIT" },
    root: (builder) => {
      if (tag.includes("alpine")) alpineRoot(builder);
      else {
        addAccounts(builder, { shell: "/bin/bash" });
        builder.link("/bin", "/usr/bin");
        addTools(builder, "/usr/bin", ["bash", ...shellTools.filter((t) => t !== "vi" && t !== "ps"), "curl"]);
        builder.file(
          "/etc/os-release",
          'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
        );
      }
      builder
        .binary("/usr/sbin/nginx", "nginx", nginxVersion(tag), 1_500_000)
        .file("/usr/share/nginx/html/index.html", welcome)
        .file("/etc/nginx/conf.d/default.conf", defaultServer)
        .file("/etc/nginx/nginx.conf", nginxConf)
        .dir("/var/log/nginx")
        .link("/var/log/nginx/access.log", "/dev/stdout")
        .link("/var/log/nginx/error.log", "/dev/stderr");
    },
  }),
};

const defaultServer = `server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }
}
`;
const nginxConf = `user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;
    include /etc/nginx/conf.d/*.conf;
}
`;

const httpd: ImageFamily = {
  repositories: ["docker.io/library/httpd"],
  tags: ["latest", "alpine", "2", "2.4", "2.4-alpine", "2.4.57", "2.4.58", "2.4.59", "2.4.62", "2.4.63", "2.4.65", "2.4.66"],
  image: (tag) => ({
    size: 58 * MiB,
    config: {
      cmd: ["httpd-foreground"],
      env: ["HTTPD_PREFIX=/usr/local/apache2", "PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      workingDir: "/usr/local/apache2",
    },
    root: (builder) => {
      addAccounts(builder, { shell: "/bin/bash" });
      builder.link("/bin", "/usr/bin");
      addTools(builder, "/usr/bin", ["bash", ...shellTools.filter((t) => t !== "vi" && t !== "ps")]);
      builder
        .binary("/usr/local/apache2/bin/httpd-foreground", "httpd", /^2\.4\.\d+/.exec(tag)?.[0] ?? "2.4.66", 800_000)
        .file("/usr/local/apache2/htdocs/index.html", "<html><body><h1>It works!</h1></body></html>\n");
    },
  }),
};

const agnhost: ImageFamily = {
  repositories: ["registry.k8s.io/e2e-test-images/agnhost"],
  tags: ["2.32", "2.36", "2.39", "2.40", "2.43", "2.45", "2.47", "2.52", "2.53", "2.56", "2.57"],
  image: (tag) => ({
    size: 50 * MiB,
    config: { entrypoint: ["/agnhost"], cmd: ["pause"], env: [goPath] },
    root: (builder) => {
      alpineRoot(builder);
      addTools(builder, "/usr/bin", ["curl", "dig", "iperf"]);
      builder.binary("/agnhost", "agnhost", tag, 40 * MiB);
    },
  }),
};

const redis: ImageFamily = {
  repositories: ["docker.io/library/redis"],
  tags: ["latest", "alpine", "6", "6.2", "7", "7.0", "7.2", "7.4", "8", "8.0", "7-alpine", "6-alpine"],
  image: (tag) => ({
    size: 45 * MiB,
    config: { entrypoint: ["docker-entrypoint.sh"], cmd: ["redis-server"], env: [goPath], workingDir: "/data" },
    root: (builder) => {
      alpineRoot(builder);
      builder
        .binary("/usr/local/bin/redis-server", "redis-server", /^\d+(\.\d+)?/.exec(tag)?.[0] ?? "8.0", 9 * MiB)
        .file("/usr/local/bin/docker-entrypoint.sh", '#!/bin/sh\nset -e\nexec "$@"\n', { mode: 0o755 })
        .dir("/data");
    },
  }),
};

export const catalogue: (ContainerImage | ImageFamily)[] = [
  pause,
  etcd,
  component("kube-apiserver", 27),
  component("kube-controller-manager", 22),
  component("kube-scheduler", 17),
  kubeProxy,
  { repositories: ["registry.k8s.io/coredns/coredns"], tags: corednsTags, image: corednsImage },
  // before 1.21 the repository had no sub-folder and tags no leading v
  { repositories: ["registry.k8s.io/coredns"], tags: ["1.6.7", "1.7.0"], image: corednsImage },
  busybox,
  alpine,
  curl,
  netshoot,
  nginx,
  httpd,
  agnhost,
  redis,
];
