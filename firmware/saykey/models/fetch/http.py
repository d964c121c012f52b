"""Requests a large file over HTTPS: byte ranges, safe redirects, readable errors.

This is the only code of the package that uses the internet, and only `saykey model pull` calls it.
No other module imports urllib3.
"""

import ipaddress
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.response import BaseHTTPResponse

from saykey.errors import ModelError

_MOST_REDIRECTS = 5
_REDIRECTS = {301, 302, 303, 307, 308}
_PATIENCE = urllib3.Timeout(connect=20, read=60)
_CHUNK = 1 << 18
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")
"""The Content-Range header of a single part (RFC 9110, 14.4)."""


class Broken(Exception):
    """The connection failed or broke; a retry may help. The message names the cause."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's response: the file from byte ``begin`` on.

    ``total`` is the size of the whole file, None where the server does not say. ``etag`` identifies
    this version of the file. It is None where the server gives no strong ETag (RFC 9110, 8.8.3); a
    download can be resumed only with one.
    """

    begin: int
    total: int | None
    etag: str | None
    response: BaseHTTPResponse

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they arrive. Raises Broken when the connection ends early."""
        try:
            yield from self.response.stream(_CHUNK, decode_content=False)
        except urllib3.exceptions.HTTPError as error:
            raise Broken(_in_words(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self.response.close()


def get(address: str, begin: int = 0, etag: str | None = None) -> Answer:
    """Request the file at this address from byte ``begin`` on, if its version is still ``etag``.

    The response may begin at 0 nevertheless. Raises Broken where a retry may help, ModelError where
    it cannot.
    """
    headers = {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "saykey"}
    if begin and etag:
        headers |= {"Range": f"bytes={begin}-", "If-Range": etag}
    response = _followed(checked_address(address), headers)
    status = response.status
    if status in (200, 206):
        return _answer(response, begin)
    response.close()
    host = urlsplit(address).hostname
    if status == 429 or status >= 500:
        raise Broken(f"{host} answers {status}")
    if status == 416:  # the file is shorter than our part: start again
        return get(address)
    raise ModelError(
        f"{host} answers {status} for {address}; the file may have moved: see its page"
    )


def _followed(address: str, headers: dict[str, str]) -> BaseHTTPResponse:
    for _ in range(_MOST_REDIRECTS + 1):
        response = _asked(address, headers)
        location = response.headers.get("Location")
        if response.status not in _REDIRECTS or location is None:
            return response
        response.close()
        address = next_address(address, location)
    raise ModelError(
        f"{address}: redirected more than {_MOST_REDIRECTS} times; use another address"
    )


def _asked(address: str, headers: dict[str, str]) -> BaseHTTPResponse:
    try:
        return _pool(address).request(
            "GET", address, headers=headers, preload_content=False, redirect=False
        )
    except urllib3.exceptions.HTTPError as error:
        raise Broken(_in_words(error)) from error


def _pool(address: str) -> urllib3.PoolManager:
    parts = urlsplit(address)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.hostname or ""):
        return urllib3.ProxyManager(proxy, retries=False, timeout=_PATIENCE)
    return urllib3.PoolManager(retries=False, timeout=_PATIENCE)


def _answer(response: BaseHTTPResponse, begin: int) -> Answer:
    etag = response.headers.get("ETag")
    strong = etag if etag and not etag.startswith("W/") else None
    if response.status == 200:
        length = response.headers.get("Content-Length", "")
        return Answer(0, int(length) if length.isdecimal() else None, strong, response)
    part = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if part is None or int(part[1]) != begin:
        response.close()
        raise ModelError("the server sent the wrong part of the file; try again later")
    return Answer(begin, int(part[2]), strong, response)


def checked_address(address: str) -> str:
    """The address, if it is HTTPS, or HTTP on this machine. Raises ModelError for any other.

    Files are pulled only from such addresses.
    """
    parts = urlsplit(address)
    if parts.hostname and (
        parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))
    ):
        return address
    raise ModelError(f"{address}: files are pulled over https only; use an https:// address")


def next_address(address: str, location: str) -> str:
    """The target of a redirect. Raises ModelError if it leads from HTTPS to anything else."""
    target = urljoin(address, location)
    secure = urlsplit(address).scheme == "https"
    if secure and urlsplit(target).scheme != "https":
        raise ModelError(f"{address} redirects to {target}, which is not https; nothing was pulled")
    return checked_address(target)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_words(error: urllib3.exceptions.HTTPError) -> str:
    match error:
        case urllib3.exceptions.NameResolutionError():
            return "the server's name cannot be resolved"
        case urllib3.exceptions.SSLError():
            return "the server's certificate is not valid (check this machine's clock)"
        case urllib3.exceptions.NewConnectionError(__cause__=OSError(errno=int(number))):
            return os.strerror(number)
        case urllib3.exceptions.NewConnectionError():
            return "the server cannot be reached"
        case urllib3.exceptions.TimeoutError():
            return "the server does not answer"
        case _:
            return "the connection broke"
