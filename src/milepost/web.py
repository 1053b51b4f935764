"""The web server: puts pages, API, hooks and health together and listens."""

import asyncio
import contextlib
import importlib
import pkgutil
import socket
from collections.abc import Generator, Sequence
from functools import partial

import uvicorn
from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ControllerRouterHandler

from milepost.flow import keep_pushes
from milepost.ports.app import App
from milepost.ports.gathering import Gathering
from milepost.show import pages
from milepost.show.api.checkout import ShopPages, Turns, script
from milepost.show.api.estimating import router as estimates
from milepost.show.api.resources import router
from milepost.show.assets import static
from milepost.show.counters import Counters
from milepost.show.dialects.router import router as dialects
from milepost.show.drawn import PACKED, PACKS_ITSELF
from milepost.show.errors import answer_for
from milepost.show.health import healthz, readyz
from milepost.show.hooks import HOOKS, carrier_token
from milepost.show.house import House, look_at_house
from milepost.show.looks import HOUSE
from milepost.show.metrics import metrics
from milepost.show.open_pages import OpenPages
from milepost.show.reader import SpeaksTheirLanguage
from milepost.show.security import OwnFormsOnly, add_headers
from milepost.show.sms_hooks import sms_reply, sms_status
from milepost.version import VERSION

UNCOMPRESSED = ["^/static/", "^/checkout.js$", "/live$", "^/metrics", "^/hooks/"]
"""Compressed already, sent bit by bit, or for machines next door."""

PORTS_TRIED = 50
"""How many ports after the wished one are tried when it is taken."""


def build(app: App, counters: Counters) -> Litestar:
    """Everything a browser or a program can ask for."""
    return Litestar(
        route_handlers=[
            router(),
            estimates(),
            script,
            dialects(),
            *HOOKS,
            carrier_token,
            sms_status,
            sms_reply,
            healthz,
            readyz,
            metrics,
            static,
            *_page_routes(),
        ],
        exception_handlers={Exception: answer_for},
        before_request=look_at_house,
        before_send=[add_headers],
        middleware=[ShopPages, OwnFormsOnly, SpeaksTheirLanguage],
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=PACKED, exclude=UNCOMPRESSED, exclude_opt_key=PACKS_ITSELF
        ),
        openapi_config=OpenAPIConfig(
            title="Milepost",
            version=VERSION,
            path="/schema",
            use_handler_docstrings=True,
            render_plugins=[JsonRenderPlugin()],  # the viewers load scripts from elsewhere
            components=Components(security_schemes={"apiKey": SecurityScheme(type="http", scheme="bearer")}),
        ),
        logging_config=None,
        state=State(
            {
                "milepost": app,
                "counters": counters,
                "pushes": Gathering(partial(keep_pushes, app=app)),
                "turns": Turns(),
                "open_pages": OpenPages(),
                HOUSE: House(),
            }
        ),
        request_max_body_size=app.settings.web.body_bytes_max,
    )


def _page_routes() -> Sequence[ControllerRouterHandler]:
    """Every file in show/pages is a page; its `ROUTES` are its handlers."""
    routes: list[ControllerRouterHandler] = []
    for found in pkgutil.iter_modules(pages.__path__):
        module = importlib.import_module(f"{pages.__name__}.{found.name}")
        routes += getattr(module, "ROUTES", [])
    return routes


def listen(host: str, port: int, *, next_free: bool = False) -> socket.socket:
    """A listening socket; a taken port moves to the next free one if asked. Raises OSError."""
    for candidate in range(port, port + (PORTS_TRIED if next_free else 1)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # The protocol is named: asyncio sends without delay only on a socket that says it is TCP.
        found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, candidate))
        except OSError:
            found.close()
            continue
        found.listen(2048)
        found.setblocking(False)
        return found
    raise OSError(f"port {port} on {host} is taken: choose another with MILEPOST_WEB__PORT")


async def serve(site: Litestar, sockets: list[socket.socket], stop: asyncio.Event) -> None:
    """Answer until `stop` is set; open answers get a moment to end."""
    config = uvicorn.Config(
        site,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        server_header=False,
        forwarded_allow_ips=list(site.state.milepost.settings.web.proxies),
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    opened: OpenPages = site.state.open_pages
    opened.end()
    server.should_exit = True
    await serving


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the command line stops web and worker together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals alone."""
        yield
