/** Web servers of the usual images: nginx, httpd, busybox's httpd and agnhost netexec. They serve files of their own filesystem. */
import { Errno } from "../../core/errno.ts";
import { serveHttp, type HttpRequest, type HttpResponse } from "../../net/http.ts";
import type { Proc } from "../../kernel/proc.ts";
import type { DaemonProgram } from "../../kernel/program.ts";

const types: Record<string, string> = {
  html: "text/html",
  htm: "text/html",
  css: "text/css",
  js: "application/javascript",
  json: "application/json",
  txt: "text/plain",
  png: "image/png",
};

function page(
  p: Proc,
  root: string,
  request: HttpRequest,
  index: string[],
): { status: number; body: string; type: string; modified?: number } {
  const path = decodeURIComponent(request.path.split("?")[0]!);
  const files = path.endsWith("/") ? index.map((name) => `${root}${path}${name}`) : [`${root}${path}`];
  for (const file of files) {
    try {
      const stat = p.fs.tryStat(file);
      if (stat?.type === "dir") return { status: 301, body: "", type: "text/html" };
      if (stat)
        return {
          status: 200,
          body: p.fs.readText(file),
          type: types[file.slice(file.lastIndexOf(".") + 1)] ?? "application/octet-stream",
          modified: stat.mtime,
        };
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return { status: 403, body: "", type: "text/html" };
    }
  }
  return { status: path.endsWith("/") && p.fs.isDir(`${root}${path}`) ? 403 : 404, body: "", type: "text/html" };
}

const phrases: Record<number, string> = { 301: "Moved Permanently", 403: "Forbidden", 404: "Not Found", 405: "Not Allowed" };
const clf = (ms: number): string => {
  const d = new Date(ms).toUTCString().split(" ");
  return `${d[1]}/${d[2]}/${d[3]}:${d[4]} +0000`;
};

function listen(p: Proc, port: number, complain: (why: Errno) => never): void {
  try {
    p.net.listen("tcp", "0.0.0.0", port, { accept: "serve" });
  } catch (error) {
    if (error instanceof Errno) complain(error);
    throw error;
  }
}

/** Ports and document root of nginx's server blocks; what goes beyond them is not simulated. */
function nginxServers(p: Proc): { ports: number[]; root: string } {
  const files = [
    "/etc/nginx/conf.d/default.conf",
    ...(p.fs.isDir("/etc/nginx/conf.d") ? p.fs.readdir("/etc/nginx/conf.d").map((n) => `/etc/nginx/conf.d/${n}`) : []),
  ];
  const ports = new Set<number>();
  let root = "/usr/share/nginx/html";
  for (const file of new Set(files)) {
    const text = (p.fs.tryReadText(file) ?? "").replace(/#.*/g, "");
    for (const m of text.matchAll(/\blisten\s+(?:[\d.]+:|\[::\]:)?(\d+)[^;]*;/g)) ports.add(Number(m[1]));
    root = /\broot\s+([^;]+);/.exec(text)?.[1]?.trim() ?? root;
    const beyond = /\b(proxy_pass|fastcgi_pass|rewrite|ssl_certificate|return)\b/.exec(text);
    if (beyond) p.notSimulated(`nginx directive ${beyond[1]}`);
  }
  return { ports: [...ports], root };
}

export const nginx: DaemonProgram = {
  name: "nginx",
  start(p) {
    if (p.args.includes("-v") || p.args.includes("-V")) {
      p.log(`nginx version: nginx/${p.state.version}`);
      p.exit(0);
    }
    const stamp = `${new Date(p.now).toISOString().slice(0, 19).replace("T", " ").replaceAll("-", "/")} [notice] 1#1:`;
    if (p.args.includes("-t")) {
      p.log(
        "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful",
      );
      p.exit(0);
    }
    if (p.args.includes("-s")) p.notSimulated("nginx -s");
    const { ports, root } = nginxServers(p);
    p.data.root = root;
    for (const port of ports)
      listen(p, port, (why) => {
        p.log(`nginx: [emerg] bind() to 0.0.0.0:${port} failed (${why.number}: ${why.text})`);
        return p.exit(1);
      });
    p.log(`${stamp} using the "epoll" event method`);
    p.log(`${stamp} nginx/${p.state.version}`);
    p.log(`${stamp} OS: Linux 6.8.0-86-generic`);
    p.log(`${stamp} start worker processes`);
  },
  on: () => undefined,
  signal(p, signal) {
    if (signal === "SIGHUP" || signal === "SIGPIPE") return true;
    if (signal !== "SIGTERM" && signal !== "SIGQUIT" && signal !== "SIGINT") return false;
    p.finish({ code: 0 });
    return true;
  },
  serve(p, incoming) {
    return serveHttp(p, incoming, {}, (request) => {
      const get = request.method === "GET" || request.method === "HEAD";
      const found = get
        ? page(p, p.data.root as string, request, ["index.html", "index.htm"])
        : { status: 405, body: "", type: "text/html" };
      const phrase = phrases[found.status];
      const body =
        found.status === 200
          ? found.body
          : `<html>\r\n<head><title>${found.status} ${phrase}</title></head>\r\n<body>\r\n<center><h1>${found.status} ${phrase}</h1></center>\r\n<hr><center>nginx/${p.state.version}</center>\r\n</body>\r\n</html>\r\n`;
      const agent = request.headers["user-agent"] ?? "-";
      p.log(
        `${request.peer.ip} - - [${clf(p.now)}] "${request.method} ${request.path} HTTP/1.1" ${found.status} ${Buffer.byteLength(body)} "-" "${agent}" "-"`,
        1,
      );
      return {
        status: found.status,
        headers: {
          server: `nginx/${p.state.version}`,
          date: new Date(p.now).toUTCString(),
          "content-type": found.type,
          "content-length": String(Buffer.byteLength(body)),
          ...(found.modified === undefined ? {} : { "last-modified": new Date(found.modified).toUTCString(), "accept-ranges": "bytes" }),
        },
        body: request.method === "HEAD" ? "" : body,
      };
    });
  },
};

/** A server of files on one port, for httpd and busybox httpd. */
function fileServer(name: string, place: (p: Proc) => { port: number; root: string; foreground: string[] }): DaemonProgram {
  return {
    name,
    start(p) {
      const { port, root, foreground } = place(p);
      p.data.root = root;
      listen(p, port, (why) => {
        p.log(`${p.name}: bind: ${why.text}`);
        return p.exit(1);
      });
      for (const line of foreground) p.log(line);
    },
    on: () => undefined,
    serve: (p, incoming) =>
      serveHttp(p, incoming, {}, (request): HttpResponse => {
        const found = page(p, p.data.root as string, request, ["index.html"]);
        const body =
          found.status === 200
            ? found.body
            : `<html><head><title>${found.status} ${phrases[found.status]}</title></head><body><h1>${phrases[found.status]}</h1></body></html>\n`;
        if (name === "httpd")
          p.log(
            `${request.peer.ip} - - [${clf(p.now)}] "${request.method} ${request.path} HTTP/1.1" ${found.status} ${Buffer.byteLength(body)}`,
            1,
          );
        return {
          status: found.status,
          headers: {
            "content-type": found.type,
            "content-length": String(Buffer.byteLength(body)),
            ...(name === "httpd" ? { server: `Apache/${p.state.version} (Unix)` } : {}),
          },
          body,
        };
      }),
  };
}

const option = (p: Proc, flag: string, otherwise: string): string => {
  const at = p.args.indexOf(flag);
  return at >= 0 ? (p.args[at + 1] ?? otherwise) : otherwise;
};

export const httpd = fileServer("httpd", (p) => ({
  port: 80,
  root: "/usr/local/apache2/htdocs",
  foreground: [
    `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${p.hostname}. Set the 'ServerName' directive globally to suppress this message`,
  ],
}));
export const busyboxHttpd = fileServer("busybox-httpd", (p) => ({
  port: Number(option(p, "-p", "80").split(":").at(-1)),
  root: option(p, "-h", p.cwd),
  foreground: [],
}));

/** registry.k8s.io/e2e-test-images/agnhost: netexec, pause and serve-hostname (kubernetes/test/images/agnhost). */
export const agnhost: DaemonProgram = {
  name: "agnhost",
  start(p) {
    const [mode = "pause"] = p.args;
    p.data.mode = mode;
    if (mode === "pause") return;
    if (mode !== "netexec" && mode !== "serve-hostname") p.notSimulated(`agnhost ${mode}`);
    const flag = p.args.find((a) => a.startsWith(mode === "netexec" ? "--http-port=" : "--port="));
    const port = Number(flag?.split("=")[1] ?? option(p, "--http-port", mode === "netexec" ? "8080" : "9376"));
    listen(p, port, (why) => {
      p.log(`listen tcp :${port}: bind: ${why.text.toLowerCase()}`);
      return p.exit(1);
    });
    p.log(`Started HTTP server on port ${port}`);
  },
  on: () => undefined,
  serve(p, incoming) {
    return serveHttp(p, incoming, {}, (request) => {
      const plain = (status: number, body: string): HttpResponse => ({
        status,
        headers: { "content-type": "text/plain; charset=utf-8" },
        body,
      });
      if (p.data.mode === "serve-hostname") return plain(200, p.hostname);
      const url = new URL(request.path, "http://agnhost");
      switch (url.pathname) {
        case "/":
          return plain(200, `NOW: ${new Date(p.now).toISOString()}`);
        case "/hostname":
        case "/hostName":
          return plain(200, p.hostname);
        case "/clientip":
          return plain(200, `${request.peer.ip}:${request.peer.port}`);
        case "/echo":
          return plain(Number(url.searchParams.get("code") ?? 200), url.searchParams.get("msg") ?? "");
        case "/healthz":
          return plain(200, "");
        default:
          return plain(404, "404 page not found\n");
      }
    });
  },
};

/** redis-server: runs and listens; its protocol is not simulated. */
export const redis: DaemonProgram = {
  name: "redis-server",
  start(p) {
    listen(p, 6379, (why) => {
      p.log(`Could not create server TCP listening socket *:6379: bind: ${why.text}`);
      return p.exit(1);
    });
    p.log("1:M * Ready to accept connections tcp", 1);
  },
  on: () => undefined,
  serve(p) {
    p.machine.world.gap(p.machine.name, "redis-server", "Redis protocol");
    return undefined;
  },
};
