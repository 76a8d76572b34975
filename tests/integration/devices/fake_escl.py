"""A scanner in the network, with faults: the routes of eSCL as devices serve them; ``sane-airscan`` uses it too."""

from __future__ import annotations

import io
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

UUID = "0f1e2d3c-0000-4000-8000-00000000c0de"
_NAMES = 'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
_CAPS = """<scan:MinWidth>32</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>
<scan:MinHeight>32</scan:MinHeight><scan:MaxHeight>3508</scan:MaxHeight>
<scan:SettingProfiles><scan:SettingProfile>
<scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>
<scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>
<scan:SupportedResolutions><scan:DiscreteResolutions>
<scan:DiscreteResolution><scan:XResolution>75</scan:XResolution><scan:YResolution>75</scan:YResolution></scan:DiscreteResolution>
<scan:DiscreteResolution><scan:XResolution>300</scan:XResolution><scan:YResolution>300</scan:YResolution></scan:DiscreteResolution>
</scan:DiscreteResolutions></scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles>"""
CAPABILITIES = f"""<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerCapabilities {_NAMES}><pwg:Version>2.63</pwg:Version><pwg:MakeAndModel>Fake MFP</pwg:MakeAndModel>
<pwg:SerialNumber>F0001</pwg:SerialNumber><scan:UUID>{UUID}</scan:UUID>
<scan:Platen><scan:PlatenInputCaps>{_CAPS}</scan:PlatenInputCaps></scan:Platen>
<scan:Adf><scan:AdfSimplexInputCaps>{_CAPS}</scan:AdfSimplexInputCaps>
<scan:AdfDuplexInputCaps>{_CAPS}</scan:AdfDuplexInputCaps></scan:Adf></scan:ScannerCapabilities>"""
_STATUS = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerStatus {names}><pwg:Version>2.63</pwg:Version><pwg:State>{state}</pwg:State>
<scan:AdfState>ScannerAdf{adf}</scan:AdfState></scan:ScannerStatus>"""


def picture(width: int = 850, height: int = 1169) -> bytes:
    """A white page as JPEG; A4 at 100 dpi."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "JPEG")
    return out.getvalue()


@dataclass
class FakeScanner:
    """How it behaves, and what became of it."""

    sheets: int = 3
    state: str = "Idle"
    adf: str = "Loaded"
    page: bytes = field(default_factory=picture)
    pages: Sequence[bytes] = ()  # one for each sheet, where they differ
    capabilities: str = CAPABILITIES
    busy: int = 0  # times that a job is put off
    not_yet: int = 0  # times that each page is put off
    early: int = 0  # times that it says after the first sheet that this was all, as some feeders do
    fails_after: int | None = None  # pages, and then ``failure`` and ``adf_then``
    failure: int = 500
    adf_then: str = "Loaded"
    cut: bool = False  # every page in its middle
    stalls_after: int | None = None  # pages: the next does not come until it is ``released``
    gone: bool = False  # its plug is pulled: whoever is connected hears no more
    location: str = "http://another.host.test:9/eSCL/ScanJobs/{job}"  # devices name themselves wrong
    # seen
    hosts: list[str] = field(default_factory=list)  # as they were called
    settings: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    # of the job that runs: one at a time
    running: bool = False
    given: int = 0
    put_off: int = 0

    def wanted(self) -> int:
        return self.sheets if self.settings and "Feeder" in self.settings[-1] else 1

    def feeder(self) -> str:
        """Empty once the stack is through, until the job has been put away: then another lies in it."""
        return "Empty" if self.adf == "Loaded" and self.settings and self.given >= self.wanted() else self.adf


def self_signed(folder: Path) -> Path:
    """A certificate with its key, as a device makes it when it is unpacked: for no name that anybody knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "FAKE-MFP-000001")])
    began = datetime(2015, 1, 1, tzinfo=UTC)
    over = began + timedelta(days=365)  # for long, as they are
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), began, over)
    signed = made.sign(key, hashes.SHA256())
    plain = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    file = folder / f"{signed.serial_number:x}.pem"
    pem = key.private_bytes(serialization.Encoding.PEM, plain[1], plain[0])
    file.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return file


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Who does not like the certificate hangs up."""


class _Server6(_Server):
    address_family = socket.AF_INET6


@contextmanager
def serving(fake: FakeScanner, certificate: Path | None = None, zoned: str = "") -> Iterator[str]:
    """The scanner's root address. ``certificate``: it speaks https; ``zoned``: an IPv6 address of one cable."""
    handler = type("Handler", (_Handler,), {"fake": fake})
    host, _, zone = zoned.partition("%")
    where = (host, 0, 0, socket.if_nametoindex(zone)) if zoned else ("127.0.0.1", 0)
    with (_Server6 if zoned else _Server)(where, handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = False
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="fake scanner")
        thread.start()
        try:
            scheme = "http" if certificate is None else "https"
            shown = f"[{host}%25{zone}]" if zoned else "127.0.0.1"
            yield f"{scheme}://{shown}:{server.server_port}/eSCL"
        finally:
            fake.released.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    fake: ClassVar[FakeScanner]

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        fake = self.fake
        if self.path == "/eSCL/ScannerCapabilities":
            self._answer(200, fake.capabilities.encode(), "text/xml")
        elif self.path == "/eSCL/ScannerStatus":
            state = "Processing" if fake.running and fake.state == "Idle" else fake.state
            self._answer(200, _STATUS.format(names=_NAMES, state=state, adf=fake.feeder()).encode(), "text/xml")
        elif self.path == "/eSCL/ScanJobs/7/NextDocument":
            self._next_page()
        else:
            self._answer(404)

    def do_POST(self) -> None:
        fake = self.fake
        fake.hosts.append(self.headers["Host"])
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path != "/eSCL/ScanJobs":
            self._answer(404)
        elif fake.busy or fake.running:
            fake.busy = max(fake.busy - 1, 0)
            self._answer(503, headers={"Retry-After": "0"})
        else:
            fake.settings.append(asked)
            fake.given, fake.running = 0, True
            self._answer(201, headers={"Location": fake.location.format(job=7)})

    def do_DELETE(self) -> None:
        self.fake.deleted.append(self.path)
        self.fake.given, self.fake.running = 0, False
        self.fake.released.set()
        self._answer(200)

    def _next_page(self) -> None:
        fake = self.fake
        if fake.given == fake.stalls_after:
            fake.asked.set()
            fake.released.wait(60)
        if fake.gone:
            self.close_connection = True
        elif fake.given == fake.stalls_after or not (fake.running or fake.given):  # put away meanwhile
            self._answer(410)
        elif fake.given == fake.fails_after:
            fake.adf = fake.adf_then
            self._answer(fake.failure)
        elif fake.given >= fake.wanted() or (fake.given and fake.early):
            fake.early = max(fake.early - 1, 0)
            self._answer(404)
        elif fake.put_off < fake.not_yet:
            fake.put_off += 1
            self._answer(503, headers={"Retry-After": "0"})
        else:
            fake.given, fake.put_off = fake.given + 1, 0
            fake.running = fake.given < fake.wanted()
            self._picture()

    def _picture(self) -> None:
        """In chunks, as devices do that do not know how long it will be."""
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        page = self.fake.pages[self.fake.given - 1] if self.fake.pages else self.fake.page
        for start in range(0, len(page), 1000):
            piece = page[start : start + 1000]
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            if self.fake.cut:
                self.close_connection = True
                return
        self.wfile.write(b"0\r\n\r\n")

    def _answer(self, status: int, body: bytes = b"", kind: str = "", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**({"Content-Type": kind} if kind else {}), **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
