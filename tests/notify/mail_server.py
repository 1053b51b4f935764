"""A small real mail server on a free port, for the tests of the e-mail channel."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class PostOffice:
    """What the server is told to do, and what it got."""

    def __init__(self, *, to_receiver="250 OK", to_data="250 2.0.0 taken", to_sender="250 OK", drop_at=""):
        self.to_sender, self.to_receiver, self.to_data, self.drop_at = (
            to_sender,
            to_receiver,
            to_data,
            drop_at,
        )
        self.envelopes = []
        self.port = 0

    @property
    def letters(self):
        """The mails as a mail program reads them."""
        return [message_from_bytes(envelope.content, policy=default) for envelope in self.envelopes]


class Clerk:
    """Serves one caller. A part of its own, for the server looks at every attribute of it at every call."""

    def __init__(self, office):
        self._office = office

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802  aiosmtpd's name
        if self._office.drop_at == "MAIL":
            server.transport.abort()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._office.to_sender

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  aiosmtpd's name
        envelope.rcpt_tos.append(address)
        return self._office.to_receiver

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  aiosmtpd's name
        self._office.envelopes.append(envelope)
        if self._office.drop_at == "DATA":
            server.transport.abort()
        return self._office.to_data


@asynccontextmanager
async def post_office(office=None, *, tls=None, starttls=None, password=None):
    """The server, running; `office.port` says where."""
    office = office or PostOffice()

    def sign_in(_server, _session, _envelope, mechanism, data):
        right = isinstance(data, LoginPassword) and data.password == (password or "").encode()
        return AuthResult(success=right, handled=False)

    def conversation():
        return SMTP(
            Clerk(office),
            enable_SMTPUTF8=False,
            hostname="127.0.0.1",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=sign_in if password else None,
            auth_required=password is not None,
            auth_require_tls=False,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", 0, ssl=tls)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()


def certificates(folder):
    """Contexts of a server and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(pem + secret)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(folder / "server.pem")
    return serving, ssl.create_default_context(cadata=pem.decode())
