"""The shelf of trained forecast models: versions, which one is in use, and what to begin with."""

from typing import Protocol

from milepost.model.forecast_models import ForecastModel, Prior


class ModelReads(Protocol):
    """Signed with the key file; a wrong signature raises StoreError with what to do."""

    async def forecast_models(self) -> list[ForecastModel]:
        """Every version, the newest first."""
        ...

    async def forecast_in_place(self) -> tuple[int, str]:
        """The version in use (0: as shipped), and a name for it and the prior; empty: both as shipped."""
        ...

    async def forecast_trees(self, version: int) -> bytes:
        """The trees of a version; empty of one without."""
        ...

    async def forecast_prior(self) -> Prior | None:
        """What was imported to begin with."""
        ...


class ModelWrites(ModelReads, Protocol):
    """The part of a transaction that changes the shelf."""

    async def put_forecast_model(self, model: ForecastModel, trees: bytes = b"") -> None:
        """Keep a version; using it is another thing."""
        ...

    async def use_forecast_model(self, version: int) -> None:
        """From now on forecasts are made by this one, on every node within minutes."""
        ...

    async def put_forecast_prior(self, prior: Prior) -> None:
        """Replace what there is to begin with."""
        ...
