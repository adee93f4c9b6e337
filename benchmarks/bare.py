"""Makes the same calls with the bare library: a keep-alive loop over a file of URLs.

It uses the library of the suite's client and as many concurrent calls. It reads each response to
its end.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter


def main(base_url: str, urls: Path, in_flight: int) -> None:
    """Call every URL, and print the seconds that this takes."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=in_flight))
    wanted = [base_url + line for line in urls.read_text().splitlines()]
    began = time.perf_counter()
    with ThreadPoolExecutor(in_flight) as pool:
        size = sum(pool.map(lambda url: len(session.get(url, timeout=10).content), wanted))
    seconds = time.perf_counter() - began
    print(json.dumps({"calls": len(wanted), "seconds": seconds, "bytes": size}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
