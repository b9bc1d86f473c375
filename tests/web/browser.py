"""A browser without a picture: requests to the application itself, with cookies, no server between."""

import asyncio

import httpx

SAME = {"sec-fetch-site": "same-origin"}


class Browser:
    def __init__(self, app):
        self.app, self.cookies = app, httpx.Cookies()

    def request(self, method, path, **words):
        return asyncio.run(self._request(method, path, words))

    async def _request(self, method, path, words):
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://testserver", cookies=self.cookies, trust_env=False
        ) as client:
            answer = await client.request(method, path, **words)
            self.cookies = client.cookies
            return answer

    def get(self, path, **words):
        return self.request("GET", path, **words)

    def post(self, path, data=None, headers=None, **words):
        """A form as our own pages send it; HEADERS in place of the browser's own."""
        return self.request("POST", path, data=data or {}, headers=headers or SAME, **words)
