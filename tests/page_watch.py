"""What a page must never do, collected while a test drives it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Request

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def is_local(url: str) -> bool:
    """Whether a request stays on this machine: a file, inline data or a loopback server."""
    parts = urlsplit(url)
    return parts.scheme in {"file", "data", "blob", "about"} or parts.hostname in LOOPBACK


class Watch:
    """Collects what a page must not do: console errors, exceptions, requests to other machines."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def follow(self, page: Page) -> None:
        """Begin to listen to `page`."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not is_local(request.url):
            self.faults.append(f"request: {request.url}")
