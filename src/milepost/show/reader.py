"""Which language a reader is spoken to in: asked for in an address, kept in a cookie, or the browser's."""

from typing import Any
from urllib.parse import quote

from litestar import Request
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from milepost.ports.app import App
from milepost.show.cookies import is_secure
from milepost.tongues.catalogs import ENGLISH, OFFERED, Tongue, tongue
from milepost.tongues.choosing import asked_for, best_of
from milepost.tongues.pseudo import PSEUDO
from milepost.tongues.speech import speak

LANGUAGE = "lang"
"""Its name in an address and as a cookie."""

YEAR_S = 365 * 86_400
IN_ENGLISH = ("/console", "/glossary", "/api/", "/hooks/", "/schema")
"""Rooms of the seller and of programs: their words are in no catalog."""

ANSWERS_TO_FORMS = frozenset({"notices", "feedback", "track", "check"})
"""Last parts of addresses that only take forms: a link leads to the page one step above."""

AnyRequest = Request[Any, Any, Any]


class SpeaksTheirLanguage:
    """Middleware: everything said while a request is answered is said in its reader's language."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A language asked for in the address is kept in this browser."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request: AnyRequest = Request(scope)
        speak_to(request)
        asked = _asked_in_address(request)

        async def keep_choice(message: Message) -> None:
            if asked and message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                headers.add("set-cookie", _cookie(asked, request.app.state.milepost).to_header(header=""))
            await send(message)

        await self._app(scope, receive, keep_choice)


def speak_to(request: AnyRequest) -> None:
    """From here on, in the language of whoever asks."""
    speak(tongue(_chosen(request) or _supposed(request)))


def speak_as_known(request: AnyRequest, language: str) -> None:
    """The language a buyer chose for the messages of this order, where this browser has chosen none."""
    if language in OFFERED and not _chosen(request):
        speak(tongue(language))


def has_chosen(request: AnyRequest) -> bool:
    """Whether this browser chose its language; otherwise what is known of the order's buyer counts."""
    return _chosen(request) is not None


def offered_to(request: AnyRequest) -> tuple[tuple[Tongue, str], ...]:
    """The languages to choose from, each with the address that chooses it; none where there is no choice."""
    path = request.url.path
    if path.startswith(IN_ENGLISH) or len(OFFERED) == 1:
        return ()
    above, _, last = path.rpartition("/")
    shown = above if last in ANSWERS_TO_FORMS else path
    here = quote(f"/{shown.lstrip('/')}")  # two slashes would lead to another site
    return tuple((tongue(tag), f"{here}?{LANGUAGE}={tag}") for tag in OFFERED)


def _chosen(request: AnyRequest) -> str | None:
    if request.url.path.startswith(IN_ENGLISH):
        return ENGLISH
    return _asked_in_address(request) or asked_for(request.cookies.get(LANGUAGE, ""))


def _asked_in_address(request: AnyRequest) -> str | None:
    return asked_for(str(request.query_params.get(LANGUAGE, "")))


def _supposed(request: AnyRequest) -> str:
    app: App = request.app.state.milepost
    return best_of(request.headers.get("accept-language", "")) or app.settings.language


def _cookie(tag: str, app: App) -> Cookie:
    return Cookie(
        key=LANGUAGE,
        value=tag,
        max_age=YEAR_S if tag != PSEUDO else None,
        path="/",
        samesite="lax",
        secure=is_secure(app),
        httponly=True,
    )
