"""Small clients of the carriers, each able to get a token and one parcel's rows."""

from __future__ import annotations

from typing import Any

import httpx

from tests.sandbox.servers.small_world import KEYS, client_of


class UpsTalker:
    def __init__(self, app: Any) -> None:
        self.http = client_of(app)
        self.token = ""

    async def sign_in(self, **changes: Any) -> httpx.Response:
        call = {
            "auth": (KEYS.ups_client_id, KEYS.ups_client_secret),
            "data": {"grant_type": "client_credentials"},
        }
        answer = await self.http.post("/security/v1/oauth/token", **(call | changes))
        self.token = answer.json().get("access_token", "")
        return answer

    async def details(self, number: str, **headers: str) -> httpx.Response:
        given = {
            "Authorization": f"Bearer {self.token}",
            "transId": "t-1",
            "transactionSrc": "tests",
        } | headers
        given = {name: value for name, value in given.items() if value}
        return await self.http.get(f"/api/track/v1/details/{number}", headers=given)

    async def package(self, number: str) -> dict[str, Any]:
        if not self.token:
            await self.sign_in()
        answer = (await self.details(number)).json()
        return answer["trackResponse"]["shipment"][0]["package"][0]

    async def rows(self, number: str) -> list[dict[str, Any]]:
        return (await self.package(number))["activity"]


class FedExTalker:
    def __init__(self, app: Any) -> None:
        self.http = client_of(app)
        self.token = ""

    async def sign_in(self, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": KEYS.fedex_client_id,
            "client_secret": KEYS.fedex_client_secret,
        }
        answer = await self.http.post("/oauth/token", data=form | changes)
        self.token = answer.json().get("access_token", "")
        return answer

    async def track(self, *numbers: str, detailed: bool = True, **more: Any) -> httpx.Response:
        asked = [{"trackingNumberInfo": {"trackingNumber": number}} | more for number in numbers]
        body = {"includeDetailedScans": detailed, "trackingInfo": asked}
        headers = {"Authorization": f"Bearer {self.token}", "x-customer-transaction-id": "c-1"}
        return await self.http.post("/track/v1/trackingnumbers", json=body, headers=headers)

    async def results(self, number: str, **more: Any) -> list[dict[str, Any]]:
        if not self.token:
            await self.sign_in()
        answer = (await self.track(number, **more)).json()
        return answer["output"]["completeTrackResults"][0]["trackResults"]

    async def rows(self, number: str) -> list[dict[str, Any]]:
        return (await self.results(number))[0]["scanEvents"]


class UspsTalker:
    def __init__(self, app: Any) -> None:
        self.http = client_of(app)
        self.token = ""

    async def sign_in(self, **changes: str) -> httpx.Response:
        body = {
            "grant_type": "client_credentials",
            "client_id": KEYS.usps_client_id,
            "client_secret": KEYS.usps_client_secret,
        }
        answer = await self.http.post("/oauth2/v3/token", json=body | changes)
        self.token = answer.json().get("access_token", "")
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def one(self, number: str, expand: str = "DETAIL") -> httpx.Response:
        path = f"/tracking/v3/tracking/{number}"
        return await self.http.get(path, params={"expand": expand}, headers=self._headers())

    async def many(self, *items: dict[str, str]) -> httpx.Response:
        return await self.http.post("/tracking/v3r2/tracking", json=list(items), headers=self._headers())

    async def rows(self, number: str) -> list[dict[str, Any]]:
        if not self.token:
            await self.sign_in()
        return (await self.one(number)).json()["trackingEvents"]


class DhlTalker:
    def __init__(self, app: Any) -> None:
        self.http = client_of(app)

    async def track(self, number: str, key: str = KEYS.dhl_api_key, **query: str) -> httpx.Response:
        params = {"trackingNumber": number} | query
        return await self.http.get("/track/shipments", params=params, headers={"DHL-API-Key": key})

    async def shipment(self, number: str) -> dict[str, Any]:
        return (await self.track(number)).json()["shipments"][0]

    async def rows(self, number: str) -> list[dict[str, Any]]:
        return (await self.shipment(number))["events"]


class RoyalMailTalker:
    def __init__(self, app: Any) -> None:
        self.http = client_of(app)

    async def ask(self, path: str, /, **changes: str) -> httpx.Response:
        """`changes` replace or (as "") drop headers; `mailPieceId` is a parameter."""
        asked = {"mailPieceId": changes.pop("mailPieceId")} if "mailPieceId" in changes else {}
        headers = {
            "X-IBM-Client-Id": KEYS.royal_mail_client_id,
            "X-IBM-Client-Secret": KEYS.royal_mail_client_secret,
            "X-Accept-RMG-Terms": "yes",
        } | {name.replace("_", "-"): value for name, value in changes.items()}
        sent = {name: value for name, value in headers.items() if value}
        return await self.http.get(f"/mailpieces/v2/{path}", params=asked, headers=sent)

    async def summary(self, *numbers: str) -> list[dict[str, Any]]:
        answer = await self.ask("summary", mailPieceId=",".join(numbers))
        return answer.json()["mailPieces"]

    async def piece(self, number: str) -> dict[str, Any]:
        return (await self.ask(f"{number}/events")).json()["mailPieces"]

    async def rows(self, number: str) -> list[dict[str, Any]]:
        return (await self.piece(number))["events"]


class LaPosteTalker:
    def __init__(self, app: Any) -> None:
        self.http = client_of(app)

    async def ask(self, *numbers: str, key: str = KEYS.la_poste_api_key, **query: str) -> httpx.Response:
        path = f"/suivi/v2/idships/{','.join(numbers)}"
        return await self.http.get(path, params=query, headers={"X-Okapi-Key": key})

    async def shipment(self, number: str) -> dict[str, Any]:
        return (await self.ask(number)).json()["shipment"]

    async def rows(self, number: str) -> list[dict[str, Any]]:
        return (await self.shipment(number))["event"]


class CanadaPostTalker:
    def __init__(self, app: Any) -> None:
        self.http = client_of(app)
        self.token = ""

    async def sign_in(self, **changes: str) -> httpx.Response:
        keys = {"client_id": KEYS.canada_post_client_id, "client_secret": KEYS.canada_post_client_secret}
        keys |= {"grant_type": "client_credentials", "scope": "merchant"} | changes
        headers = {"X-IBM-Client-Id": keys.pop("client_id"), "X-IBM-Client-Secret": keys.pop("client_secret")}
        path = "/cpc-api-native-oauth-provider/oauth2/token"
        answer = await self.http.post(path, data=keys, headers=headers)
        self.token = answer.json().get("access_token", "")
        return answer

    async def details(self, number: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.http.get(f"/tracking/v1/pins/{number}/details", headers=headers)

    async def rows(self, number: str) -> list[dict[str, Any]]:
        if not self.token:
            await self.sign_in()
        return (await self.details(number)).json()["significantEvents"]


class AustraliaPostTalker:
    def __init__(self, app: Any) -> None:
        self.http = client_of(app)

    async def track(self, *numbers: str, **changes: str) -> httpx.Response:
        keys = {
            "password": KEYS.australia_post_client_secret,
            "account": KEYS.australia_post_account,
        } | changes
        return await self.http.get(
            "/shipping/v1/track",
            params={"tracking_ids": ",".join(numbers)},
            auth=(KEYS.australia_post_api_key, keys["password"]),
            headers={"Account-Number": keys["account"]},
        )

    async def rows(self, number: str) -> list[dict[str, Any]]:
        (result,) = (await self.track(number)).json()["tracking_results"]
        (item,) = result["trackable_items"]
        (article,) = item.get("items", [item])
        return article["events"]


class YanwenTalker:
    def __init__(self, app: Any) -> None:
        self.http = client_of(app)

    async def track(self, *numbers: str, key: str = KEYS.yanwen_client_id) -> httpx.Response:
        params = {"nums": ",".join(numbers)}
        return await self.http.get("/api/tracking", params=params, headers={"Authorization": key})

    async def rows(self, number: str) -> list[dict[str, Any]]:
        (parcel,) = (await self.track(number)).json()["result"]
        return parcel["checkpoints"]


TALKERS: dict[str, Any] = {
    "ups": UpsTalker,
    "fedex": FedExTalker,
    "usps": UspsTalker,
    "dhl": DhlTalker,
    "royal_mail": RoyalMailTalker,
    "la_poste": LaPosteTalker,
    "canada_post": CanadaPostTalker,
    "australia_post": AustraliaPostTalker,
    "yanwen": YanwenTalker,
}
