"""Real servers on the loopback: SFTP (asyncssh), HTTPS with a certificate of its own, and the faults they can show."""

import asyncio
import contextlib
import hashlib
import ipaddress
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import asyncssh
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

USER = "childdb"


class SftpPlace(asyncssh.SFTPServer):
    """A root folder per server, and the faults it can show, each once.

    `cuts`: after so many bytes the line is cut. `swallows`: after so many bytes, what comes is taken and not written.
    `deaf`: the line is cut after a rename was done, before it is answered.
    """

    cuts: list[int] = []  # noqa: RUF012 (one list, shared by the connections of a test)
    swallows: list[int] = []  # noqa: RUF012
    deaf = 0
    written = 0

    def __init__(self, chan):
        super().__init__(chan, chroot=chan.get_extra_info("root").encode())
        self._chan = chan

    def write(self, file_obj, offset, data):
        cls = type(self)
        cls.written += len(data)
        if cls.cuts and cls.written > cls.cuts[0]:
            cls.cuts.pop(0)
            cls.written = 0
            file_obj.flush()
            self._chan.get_connection().abort()
            raise asyncssh.SFTPConnectionLost("cut")
        if cls.swallows and cls.written > cls.swallows[0]:
            return len(data)
        return super().write(file_obj, offset, data)

    def close(self, file_obj):
        cls = type(self)
        if cls.swallows and cls.written > cls.swallows[0]:
            cls.swallows.pop(0)
            cls.written = 0
        return super().close(file_obj)

    def rename(self, oldpath, newpath, *words):
        cls = type(self)
        super().rename(oldpath, newpath, *words)
        if cls.deaf:
            cls.deaf -= 1
            self._chan.get_connection().abort()
            raise asyncssh.SFTPConnectionLost("cut")

    @classmethod
    def behave(cls):
        cls.cuts, cls.swallows, cls.deaf, cls.written = [], [], 0, 0


class SshServer(asyncssh.SSHServer):
    def __init__(self, root, connections):
        self._root, self._connections = root, connections

    def connection_made(self, conn):
        self._connections.append(conn)
        conn.set_extra_info(root=self._root)

    def begin_auth(self, username):
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return (username, password) == (USER, "mật khẩu")


@contextlib.contextmanager
def sftp_server(root: Path, login_key: Path):
    """(port, host key line); LOGIN_KEY is written, and is let in beside the password."""
    host, client = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    client.write_private_key(str(login_key))
    allowed = login_key.with_suffix(".pub")
    client.write_public_key(str(allowed))
    loop = asyncio.new_event_loop()
    started, found, connections = threading.Event(), {}, []

    async def serve():
        found["server"] = await asyncssh.create_server(
            lambda: SshServer(str(root), connections), "127.0.0.1", 0, server_host_keys=[host], sftp_factory=SftpPlace,
            authorized_client_keys=str(allowed),
        )  # fmt: skip
        started.set()

    def run():
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait(10)
    SftpPlace.behave()
    try:
        line = host.export_public_key("openssh").decode().strip()
        yield found["server"].sockets[0].getsockname()[1], line
    finally:

        async def stop():
            found["server"].close()
            await found["server"].wait_closed()
            for conn in connections:
                conn.abort()
                await asyncio.wait_for(conn.wait_closed(), 5)
            await asyncio.sleep(0.05)  # the transports close in the next rounds of the loop

        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    cert, private = folder / "cert.pem", folder / "cert.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, private


class Shelf:
    """What the HTTPS receiver has: files by name, the keys it saw; faults to show before it behaves."""

    def __init__(self):
        self.files, self.keys, self.faults, self.receipts, self.token = {}, [], [], {}, None
        self.answers = 404  # what is said of a receipt that is not there


@contextlib.contextmanager
def https_server(folder: Path):
    """(port, the authority's certificate, shelf). Faults: an HTTP code; "cut" (line dropped in the middle of the
    upload); "lost" (kept, but the answer never comes); "wrong" (another hash is told)."""
    cert, private = certificate(folder)
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_PUT(self):
            fault = shelf.faults.pop(0) if shelf.faults else None
            length = int(self.headers["Content-Length"])
            shelf.keys.append(self.headers["Idempotency-Key"])
            if fault == "cut":
                self.rfile.read(length // 2)
                self.connection.close()
                return
            content = self.rfile.read(length)
            if len(content) < length:  # the sender was killed: a server keeps no half of what it was promised
                return
            if shelf.token and self.headers["Authorization"] != f"Bearer {shelf.token}":
                fault = 401
            if any(kept != content for kept in shelf.files.get(self.path, ())):
                fault = 409
            if isinstance(fault, int):
                self._refuse(fault)
                return
            shelf.files.setdefault(self.path, []).append(content)
            if fault == "lost":
                self.connection.close()
                return
            digest = "0" * 64 if fault == "wrong" else hashlib.sha256(content).hexdigest()
            self._say(b'{"sha256": "%s"}' % digest.encode())

        def do_GET(self):
            receipt = shelf.receipts.get(self.path)
            if receipt is None:
                self._refuse(shelf.answers)
            else:
                self._say(receipt)

        def _refuse(self, code):
            self.send_response(code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _say(self, body):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            pass  # a line that we cut ourselves

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, private)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], cert, shelf
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
