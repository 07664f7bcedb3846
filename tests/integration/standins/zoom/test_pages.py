"""What the stand-in's web servers answer."""

from __future__ import annotations

import json

import pytest
from tests.standins.zoom.join_form import PASSCODE_HASH

PAGE = "/wc/93817263540/join"


async def test_the_way_to_the_client(zoom):
    """The link's page, the client's page with its configuration, its files, and the form's POST."""
    async with zoom(title="Tom & </script>") as meeting:
        assert meeting.standin.url.startswith("https://us05web.zoom.us/j/93817263540?pwd=")
        _, path, _ = await meeting.get("/my/ada?pwd=x")
        assert path == "/j/93817263540?pwd=x"
        status, _, page = await meeting.get(f"{PAGE}?pwd=x")
        assert status == 200
        assert '"passcodeInLink": true' in page
        assert "__MEETING_CONFIG__" not in page
        assert "Tom & \\u003c/script>" in page
        assert (await meeting.get("/wc/assets/client.js"))[0] == 200
        assert (await meeting.get("/wc/assets/../standin.py"))[0] == 404
        _, _, said = await meeting.get(PAGE, {"name": "Roomtone", "pwd": PASSCODE_HASH})
        assert json.loads(said)["result"]["rsRes"] == {"status": True, "errorCode": 0}
        assert json.loads((await meeting.get("/wc/ping/93817263540"))[2])["rwg"]
        assert (await meeting.get("/standin/happening", {"what": "form_shown"}))[0] == 204
        assert "page_form_shown" in meeting.happened


@pytest.mark.parametrize(
    ("variant", "status", "path", "text"),
    [
        ("invalid", 200, PAGE, "3,001"),
        ("sign-in-redirect", 200, "/signin?from=join", ""),
        ("registration-redirect", 200, "/webinar/register/WN_Rm9vbS10b25lX3JlZ2lz", ""),
        ("page-error", 500, PAGE, "500"),
        ("launch-page", 200, "/j/93817263540", ""),
    ],
)
async def test_doors_that_are_closed(zoom, variant, status, path, text):
    """Refusals that need no client: another page, or an error."""
    async with zoom(variant=variant) as meeting:
        found = await meeting.get(PAGE)
        assert found[:2] == (status, path)
        assert text in found[2]


async def test_a_passcode_apart_stands_in_the_invitation(zoom):
    """The link has none, the text has; the form's POST is judged by it."""
    async with zoom(variant="passcode-apart") as meeting:
        assert "pwd=" not in meeting.standin.url
        assert "Passcode: 246810" in meeting.standin.url
        _, _, said = await meeting.get(PAGE, {"name": "Roomtone", "pwd": ""})
        assert json.loads(said)["errorCode"] == 3004
