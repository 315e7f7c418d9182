"""What the gateway refuses, hides and adds, seen from outside."""

from __future__ import annotations

import asyncio

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from qs.settings import Face, Settings
from qs.web.gateway import Gateway, client_address, is_allowed, scrubbed
from qs.web.quotas import UPLOAD_COUNT, UPLOAD_SECONDS, SocketQuota, UploadQuota
from qs.web.security_headers import content_security_policy, inline_script_hashes

PROMISED = {
    "content-security-policy",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
}


@pytest.mark.server
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/probe", 200),
        ("/health", 200),
        ("/assets/favicon.svg", 200),
        ("/assets/gateway.py", 404),
        ("/download/nothing", 404),
        ("/media/nothing.csv", 404),
        ("/_stcore/health", 200),
        ("/_stcore/metrics", 404),
        ("/_stcore/script-health-check", 404),
        ("/_stcore/agent/openapi.json", 404),
        ("/auth/login", 404),
        ("/boom/boom", 500),
        ("/session/claim", 303),
    ],
)
def test_every_answer_carries_the_security_headers(server, path, status):
    reply = server.browser().fetch(path)
    assert reply.status == status
    assert reply.headers.keys() >= PROMISED
    assert "SECRET" not in reply.text


def test_the_policy_allows_no_eval_and_no_foreign_host():
    policy = content_security_policy()
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy
    assert inline_script_hashes().startswith("'sha256-")
    assert "script-src 'self' 'wasm-unsafe-eval' 'sha256-" in policy


@pytest.mark.server
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[::1", "", "user@127.0.0.1:1/"])
def test_another_host_name_is_refused(server, host):
    assert server.browser().fetch("/", headers={"Host": host}).status in {400, 421}


@pytest.mark.server
@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:1", "null", "http://[", None])
def test_a_socket_from_a_foreign_page_is_refused(server, origin):
    with pytest.raises(InvalidStatus, match="403"), server.browser().tab(origin=origin):
        pass


def test_a_foreign_page_is_refused_before_streamlit_would_ask_an_outside_service():
    reached, told = [], []

    async def streamlit(scope, receive, send):
        reached.append(scope)

    async def send(message):
        told.append(message)

    scope = {
        "type": "websocket",
        "path": "/_stcore/stream",
        "headers": [(b"host", b"localhost"), (b"origin", b"http://evil.example")],
        "client": ("203.0.113.7", 50_000),
    }
    asyncio.run(Gateway(streamlit, Settings(face=Face.STAFF))(scope, connecting, send))
    assert [message["type"] for message in told] == ["websocket.close"]  # before it is open: the server answers 403
    assert reached == []


async def connecting():
    return {"type": "websocket.connect"}


@pytest.mark.server
def test_a_foreign_host_with_its_own_origin_is_refused(server):
    with (
        pytest.raises(InvalidStatus, match="403"),
        server.browser().tab(origin="http://evil.example", host="evil.example"),
    ):
        pass


@pytest.mark.server
def test_clearing_the_cache_and_other_commands_never_arrive(server):
    with server.browser().tab() as tab:
        tab.run()
        for name in ("clear_cache", "load_git_info", "debug_shutdown_runtime", "debug_disconnect_websocket"):
            tab.send(BackMsg(**{name: True}))
        tab.socket.send(b"\xff\xff not a message")
        tab.socket.send("text")
        seen = tab.run()
    assert "Sign in" in seen.text
    assert "git_info_changed" not in seen.kinds()


def test_only_the_messages_of_a_browser_are_allowed():
    allowed = {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"}
    for kind in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields:
        message = BackMsg()
        if kind.message_type is None:
            setattr(message, kind.name, True)
        else:
            getattr(message, kind.name).SetInParent()
        assert is_allowed(message.SerializeToString()) == (kind.name in allowed), kind.name
    skills = BackMsg()
    skills.backend_operation_request.install_skills.SetInParent()
    assert not is_allowed(skills.SerializeToString())
    rows = BackMsg()
    rows.backend_operation_request.dataframe_chunk.SetInParent()
    assert is_allowed(rows.SerializeToString())


@pytest.mark.server
def test_a_browser_learns_no_path_version_or_installation(server):
    with server.browser().tab() as tab:
        seen = tab.run()
    (opening,) = [m.new_session for m in seen.messages if m.WhichOneof("type") == "new_session"]
    assert opening.main_script_path == ""
    assert not opening.initialize.environment_info.ByteSize()
    assert not opening.initialize.user_info.ByteSize()
    assert b"frame.py" not in seen.raw
    assert str(server.log.parent).encode() not in seen.raw


def test_a_compile_error_is_not_passed_on():
    forward = ForwardMsg()
    forward.session_event.script_compilation_exception.message = "SECRET DETAIL"
    message = {"type": "websocket.send", "bytes": forward.SerializeToString()}
    assert b"SECRET" not in scrubbed(message)["bytes"]


@pytest.mark.server
def test_an_error_in_a_page_shows_a_number_not_its_text(server, signed_in):
    _, browser = signed_in()
    with browser.tab("probe") as tab:
        tab.run()
        seen = tab.press("Fail")
    assert "incident" in seen.text
    assert b"SECRET" not in seen.raw
    assert b"probe.py" not in seen.raw
    assert "SECRET DETAIL" in server.log.read_text(errors="replace")


@pytest.mark.server
def test_a_flood_closes_the_socket(server):
    with server.browser().tab() as tab:
        with pytest.raises(ConnectionClosed):
            for _ in range(400):
                tab.send(BackMsg(app_heartbeat=True))
            while True:
                tab.socket.recv(timeout=10)
        assert tab.socket.close_code == 1008


@pytest.mark.server
def test_uploads_need_a_signed_in_person_a_length_and_room(server, signed_in):
    _, browser = signed_in()
    path = "/_stcore/upload_file/nobody/nothing"
    assert server.browser().fetch(path, method="PUT", body=b"x").status == 403
    assert browser.fetch(path, method="PUT", headers={"Transfer-Encoding": "chunked"}, body=b"0\r\n\r\n").status == 411
    assert browser.fetch(path, method="PUT", headers={"Content-Length": "-1"}).status in {400, 411}
    assert browser.fetch(path, method="PUT", body=b"x" * 1_500_000).status in {400, 403}, "Streamlit's own answer"
    assert browser.fetch(path, method="PUT", body=b"x" * 1_500_000).status == 429


@pytest.mark.server
def test_a_visitor_may_add_a_photo_of_limited_size(server):
    visitor = server.browser({"qs_browser": "v" * 43})
    path = "/_stcore/upload_file/nobody/nothing"
    assert "XSRF" in visitor.fetch(path, method="PUT", body=b"x" * 1000).text, "Streamlit's own answer"
    assert visitor.fetch(path, method="PUT", headers={"Content-Length": str(20 << 20)}).status == 413


def test_where_the_staff_works_alone_no_visitor_uploads():
    cookie = {"headers": [(b"cookie", b"qs_browser=" + b"v" * 43)]}
    assert Gateway(nothing, Settings(face=Face.PUBLIC)).may_visitor_upload(cookie)
    assert not Gateway(nothing, Settings(face=Face.STAFF)).may_visitor_upload(cookie)
    assert not Gateway(nothing, Settings(face=Face.PUBLIC)).may_visitor_upload({"headers": []})


async def nothing(scope, receive, send):
    """An application behind the gateway that is never asked."""


def test_an_upload_quota_counts_bytes_and_files_and_forgets_with_time():
    clock = [0.0]
    quota = UploadQuota(100, clock=lambda: clock[0])
    assert quota.take("a", 100)
    assert not quota.take("a", 1)
    assert quota.take("b", 1)
    clock[0] = UPLOAD_SECONDS + 1
    assert all(quota.take("a", 1) for _ in range(UPLOAD_COUNT))
    assert not quota.take("a", 0)
    assert quota.recent.keys() == {"a"}


def test_a_socket_quota_counts_what_is_open():
    quota = SocketQuota(1)
    quota.enter("a")
    assert quota.is_full("a")
    assert not quota.is_full("b")
    quota.leave("a")
    assert not quota.is_full("a")


@pytest.mark.server
def test_one_address_cannot_open_sockets_without_end(server):
    tabs = []
    try:
        with pytest.raises(InvalidStatus, match="403"):
            for _ in range(41):
                tab = server.browser().tab()
                tabs.append(tab)
                tab.__enter__()
    finally:
        for tab in tabs:
            tab.opened.close()


@pytest.mark.parametrize(
    ("client", "behind_proxy", "address"),
    [
        (("10.1.2.3", 4000), False, "10.1.2.3"),
        (("8.8.8.8", 0), False, "127.0.0.1"),  # X-Forwarded-For without a proxy: the client made it up
        (("8.8.8.8", 0), True, "8.8.8.8"),
    ],
)
def test_the_address_counted_is_not_the_clients_invention(client, behind_proxy, address):
    assert client_address({"type": "http", "client": client}, behind_proxy=behind_proxy) == address


@pytest.mark.server
@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "X-Qs-Address"])
def test_forwarding_headers_of_a_client_change_nothing(server, name):
    reply = server.browser().fetch("/session/claim", headers={name: "evil.example"})
    assert reply.headers["location"] == "/"


def answer_over_https(headers):
    """The first message a gateway for https sends for an answer with these headers."""
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def send(message):
        sent.append(message)

    gateway = Gateway(app, Settings(https=True))
    scope = {"type": "http", "method": "GET", "path": "/a/b", "client": None, "headers": [(b"host", b"localhost")]}
    call = gateway(scope, None, send)  # type: ignore[arg-type]  # nothing is read from the request
    with pytest.raises(StopIteration):
        call.send(None)
    return sent[0]


def test_over_https_every_cookie_is_secure():
    sent = answer_over_https([(b"set-cookie", b"_streamlit_xsrf=1; Path=/"), (b"set-cookie", b"a=b; Secure")])
    cookies = [value for name, value in sent["headers"] if name == b"set-cookie"]
    assert cookies == [b"_streamlit_xsrf=1; Path=/; Secure", b"a=b; Secure"]
    assert (b"strict-transport-security", b"max-age=31536000; includeSubDomains") in sent["headers"]


def test_a_header_the_answer_sets_itself_stays():
    sent = answer_over_https([(b"content-security-policy", b"default-src 'none'")])
    assert [v for k, v in sent["headers"] if k == b"content-security-policy"] == [b"default-src 'none'"]
