"""Who may still guess: so many tries about one parcel, so many from one place, counted before any look."""

from datetime import datetime, timedelta

from milepost.ports.app import App
from milepost.ports.store import Transaction

PARCEL_MAX = 5
"""Wrong tries about one parcel in a day that are looked at; a signed link still works."""

CLIENT_MAX = 30
"""Wrong tries from one place in an hour. Many people share an address, so it is more than one mistypes."""

HOUR = timedelta(hours=1)


class TooManyGuessesError(Exception):
    """This place has to wait, whatever it asks for."""

    def __init__(self, until: datetime) -> None:
        """`until`: UTC, when it may go on."""
        super().__init__("too many guesses")
        self.until = until


class Tries:
    """One try: what was counted for it, to be taken back if it was right."""

    def __init__(self, *, is_open: bool, numbers: tuple[int, ...]) -> None:
        """`is_open`: it may be looked at."""
        self.is_open = is_open
        self._numbers = numbers

    async def take_back(self, tx: Transaction) -> None:
        """It was right."""
        for number in self._numbers:
            await tx.take_back_guess(number)


async def count_try(tx: Transaction, app: App, subject: str, client: str, *, most: int = PARCEL_MAX) -> Tries:
    """Count a try about `subject`. `client`: where it comes from; empty where nobody says.

    Raises TooManyGuessesError.
    """
    now = app.clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    of_client = None
    if client:
        of_client = await tx.try_guess(f"client:{client}:{hour:%Y-%m-%dT%H}", now, CLIENT_MAX)
        if of_client is None:
            raise TooManyGuessesError(hour + HOUR)
    of_parcel = await tx.try_guess(subject, now, most)
    numbers = tuple(number for number in (of_client, of_parcel) if number is not None)
    return Tries(is_open=of_parcel is not None, numbers=numbers)
