"""Records how common HTTP clients write the documented call: `nox -s profiles`.

Each installed client calls a loopback socket, which records its request head unchanged. A client
that is not installed keeps its entry, and so do clients that are described from their
documentation.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Thread

from reseller_conformance.cases.profiles import HOST, SOURCE

NODE = os.environ.get("NODE_MODULES", "")

JAVA = """
import java.net.*;
public class Call { public static void main(String[] a) throws Exception {
  new URL(a[0]).openConnection().getInputStream().readAllBytes(); } }
"""
GO = """
package main
import ("net/http"; "os")
func main() { http.Get(os.Args[1]) }
"""
PERL = "use LWP::UserAgent; LWP::UserAgent->new->get($ARGV[0]);"
PHP_CURL = "$c = curl_init($argv[1]); curl_setopt($c, CURLOPT_RETURNTRANSFER, 1); curl_exec($c);"
HTTP_1_0 = "stream_context_create(['http' => ['protocol_version' => 1.0]])"
URLLIB = "import sys, urllib.request as u; u.urlopen(sys.argv[1]).read()"

CLIENTS: dict[str, list[str]] = {
    "curl": ["curl", "-sS", "{url}"],
    "wget": ["wget", "-q", "-O", "/dev/null", "{url}"],
    "python-requests": [
        sys.executable,
        "-c",
        "import sys, requests; requests.get(sys.argv[1])",
        "{url}",
    ],
    "httpx": [sys.executable, "-c", "import sys, httpx; httpx.get(sys.argv[1])", "{url}"],
    "urllib": [sys.executable, "-c", URLLIB, "{url}"],
    "php-curl": ["php", "-r", PHP_CURL, "{url}"],
    "php-streams": ["php", "-r", "file_get_contents($argv[1]);", "{url}"],
    "php-streams-http-1.0": [
        "php",
        "-r",
        f"file_get_contents($argv[1], false, {HTTP_1_0});",
        "{url}",
    ],
    "java": ["java", "{folder}/Call.java", "{url}"],
    "go": ["go", "run", "{folder}/call.go", "{url}"],
    "node-fetch": ["node", "-e", "fetch(process.argv[1]).then(r => r.text())", "{url}"],
    "axios": ["node", "-e", "require('axios').get(process.argv[1])", "{url}"],
    "ruby": ["ruby", "-r", "net/http", "-e", "Net::HTTP.get(URI(ARGV[0]))", "{url}"],
    "perl-lwp": ["perl", "-e", PERL, "{url}"],
}
"""The command of each client; `{folder}` holds `FILES`."""

FILES = {"Call.java": JAVA, "call.go": GO}

VERSIONS: dict[str, list[str]] = {
    "curl": ["curl", "--version"],
    "wget": ["wget", "--version"],
    "python-requests": [
        sys.executable,
        "-c",
        "import requests; print('requests', requests.__version__)",
    ],
    "httpx": [sys.executable, "-c", "import httpx; print('httpx', httpx.__version__)"],
    "urllib": [sys.executable, "--version"],
    "php-curl": ["php", "--version"],
    "php-streams": ["php", "--version"],
    "php-streams-http-1.0": ["php", "--version"],
    "java": ["java", "--version"],
    "go": ["go", "version"],
    "node-fetch": ["node", "-p", "'Node ' + process.version"],
    "axios": ["node", "-p", "'axios ' + require('axios/package.json').version"],
    "ruby": ["ruby", "--version"],
    "perl-lwp": ["perl", "-MLWP", "-e", "print 'LWP ', LWP->VERSION"],
}


def main() -> None:
    known = json.loads(SOURCE.read_text(encoding="utf-8")) if SOURCE.exists() else {}
    for name, command in CLIENTS.items():
        head = recorded(command)
        if head is None:
            print(f"{name}: not recorded", file=sys.stderr)
            continue
        version, fields = parsed(head)
        source = f"recorded from {output(VERSIONS[name])}"
        known[name] = {"source": source, "version": version, "head": fields}
    SOURCE.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def recorded(command: list[str]) -> bytes | None:
    """Return the request head that this command sends, or None if it sends none."""
    if shutil.which(command[0]) is None:
        return None
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        for name, text in FILES.items():
            Path(folder, name).write_text(text)
        url = (
            f"http://127.0.0.1:{server.getsockname()[1]}/apiv2/reseller.account.json?task=overview"
        )
        words = [
            word.format(url=url, folder=folder) if word[0] == "{" else word for word in command
        ]
        heads: list[bytes] = []
        server.settimeout(90)
        thread = Thread(target=respond, args=(server, heads), daemon=True)
        thread.start()
        environment = {**os.environ, "NODE_PATH": NODE}
        done = subprocess.run(words, env=environment, capture_output=True, timeout=90, check=False)
        server.close()
        thread.join(1)
        if not heads:
            print(done.stderr.decode()[-400:], file=sys.stderr)
        return heads[0] if heads else None


def respond(server: socket.socket, heads: list[bytes]) -> None:
    try:
        connection, _ = server.accept()
    except OSError:
        return
    with connection:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        heads.append(head)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")


def parsed(head: bytes) -> tuple[str, list[str]]:
    """Return the HTTP version, and the header fields in order, without the host."""
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    fields = [f"{line[:4]}: {HOST}" if line.lower().startswith("host:") else line for line in lines]
    return first.rpartition("/")[2], fields


def output(command: list[str]) -> str:
    """Return the first words of the version that a client prints."""
    environment = {**os.environ, "NODE_PATH": NODE}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return " ".join(done.stdout.splitlines()[0].partition("(")[0].split()[:3])


if __name__ == "__main__":
    main()
