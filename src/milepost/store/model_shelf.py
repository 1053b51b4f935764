"""Keeps trained models and the prior, signed with the key file: a changed or foreign one is not loaded."""

import hmac
from base64 import b64decode, b64encode

from sqlalchemy import bindparam, select

from milepost.model.forecast_models import ForecastModel, Prior
from milepost.ports.store import StoreError
from milepost.store.shelf import Shelf
from milepost.store.shop_shelf import MARK, SET_MARK
from milepost.store.tables import MARKS
from milepost.store.values import from_json, to_json

IN_PLACE = "forecast-model"
PRIOR = "forecast-prior"
PREFIX = "forecast-model:"
TREES = "forecast-trees:"
MODELS_MAX = 100
MODELS = (
    select(MARKS.c.name, MARKS.c.value)
    .where(MARKS.c.name.like(bindparam("like")))
    .order_by(MARKS.c.name.desc())
    .limit(bindparam("rows"))
)


class ModelReads(Shelf):
    async def forecast_models(self) -> list[ForecastModel]:
        """Every version, the newest first. Raises StoreError for one whose signature is wrong."""
        asked = {"like": f"{PREFIX}%", "rows": MODELS_MAX}
        found = await self._session.rows(MODELS, asked)
        return [from_json(ForecastModel, self._proved(name, value)) for name, value in found]

    async def forecast_trees(self, version: int) -> bytes:
        """The trees of a version; empty of one without. Raises StoreError when their signature is wrong."""
        name = f"{TREES}{version:06}"
        found = await self._session.rows(MARK, {"name": name})
        return b64decode(self._proved(name, found[0][0])) if found else b""

    async def forecast_in_place(self) -> tuple[int, str]:
        """The version in use (0: as shipped), and a name for it and the prior together."""
        version = (await self._session.rows(MARK, {"name": IN_PLACE}) or [("0",)])[0][0]
        prior = (await self._session.rows(MARK, {"name": PRIOR}) or [("",)])[0][0]
        name = f"{version}/{prior[:16]}" if prior or version != "0" else ""
        return int(version), name

    async def forecast_prior(self) -> Prior | None:
        """What was imported to begin with. Raises StoreError when its signature is wrong."""
        found = await self._session.rows(MARK, {"name": PRIOR})
        return from_json(Prior, self._proved(PRIOR, found[0][0])) if found else None

    def _proved(self, name: str, value: str) -> str:
        signature, _, document = value.partition("\n")
        if not hmac.compare_digest(signature, self._sealer.blind(name, document)):
            raise StoreError(
                f"{name} in the database was not written by this Milepost: `milepost forecast rollback 0` "
                "goes back to what comes with the program"
            )
        return document


class ModelWrites(ModelReads):
    async def put_forecast_model(self, model: ForecastModel, trees: bytes = b"") -> None:
        """Keep a version; using it is another thing."""
        if trees:
            await self._sign(f"{TREES}{model.version:06}", b64encode(trees).decode())
        await self._sign(f"{PREFIX}{model.version:06}", to_json(model))

    async def use_forecast_model(self, version: int) -> None:
        """From now on forecasts are made by this one, on every node within minutes."""
        await self._session.run(SET_MARK, [{"name": IN_PLACE, "value": str(version)}])

    async def put_forecast_prior(self, prior: Prior) -> None:
        """Replace what there is to begin with."""
        await self._sign(PRIOR, to_json(prior))

    async def _sign(self, name: str, document: str) -> None:
        signed = f"{self._sealer.blind(name, document)}\n{document}"
        await self._session.run(SET_MARK, [{"name": name, "value": signed}])
