"""How old our knowledge is under each carrier's own quota, against the habit of one look in two hours.

The real planner is driven minute by minute through a made-up town (benches/parcels.py). Large towns are
simulated by a sample, with the quota made smaller alike; UPS at 5,000 parcels is done both ways to compare.
"""

from dataclasses import dataclass, replace

from benches.asking import Run
from benches.figures import Figure, show
from benches.parcels import town
from milepost.clock import clock_of
from milepost.model.polling import Quota
from milepost.settings import Settings
from milepost.sources.catalog import carriers

SEED = 41
SIZES = (1_000, 100_000, 5_000_000)
SAMPLE = 1_000
"""Parcels under way that stand for more; more of them where a sample would leave less than a call an hour."""

SAMPLE_MAX = 10_000
DAYS = 5.0
DAYS_MAX = 40.0
LOOKS = 10
"""So many looks at each parcel a run is long, where it can be: the rarer they are, the longer it takes."""

CALLS_A_DAY_MIN = 24
NEVER_S = DAYS * 86_400
"""What stands for an age that nobody lived to see: as long as a parcel is under way."""

AGREES_AT = 5_000


@dataclass(frozen=True, slots=True)
class Case:
    """A carrier and so many parcels under way, of which `sample` are simulated."""

    carrier: str
    parcels: int
    sample: int
    quota: Quota

    @property
    def days(self) -> float:
        """How long it is simulated; where a parcel is hardly ever asked about, longer would show no more."""
        looks_a_day = _calls_a_day(self.quota) * self.quota.batch / self.parcels
        days = max(DAYS, LOOKS / looks_a_day)
        return days if days <= DAYS_MAX else DAYS

    @property
    def smaller(self) -> Quota:
        """The quota's part that is the sample's."""
        part = self.sample / self.parcels
        if part >= 1:
            return self.quota
        per_day = self.quota.per_day or 1440 * self.quota.per_minute
        return Quota(
            batch=self.quota.batch,
            per_minute=max(1, round(self.quota.per_minute * part)),
            per_day=max(1, round(per_day * part)),
        )


def measure() -> list[Figure]:
    """Every carrier that can be asked, every size; ours and the habit's side by side."""
    figures: list[Figure] = []
    for key, quota in _quotas().items():
        for parcels in SIZES:
            figures += _figures(_case(key, quota, parcels))
    figures += [*_worst(figures), *_agreement(_quotas())]
    show(f"Age of knowledge, in seconds ({NEVER_S:,.0f} where it was never known)", figures)
    return figures


def _worst(figures: list[Figure]) -> list[Figure]:
    """The headline: of the carriers that answer within a parcel's life at the smallest size, the oldest."""
    headline = []
    for name in ("p50", "p95"):
        ours = [one for one in figures if one.name.startswith(f"freshness_{name}_s_") and one.ratio_to]
        small = [one for one in ours if one.name.endswith(f"_{SIZES[0]}") and one.value < NEVER_S / 5]
        headline.append(replace(max(small, key=lambda one: one.value), name=f"freshness_{name}_s"))
    return headline


def _quotas() -> dict[str, Quota]:
    settings = Settings()
    found = carriers(settings, clock_of(settings.clock))
    return {key: one.card.quota for key, one in found.items() if one.card.can_be_asked}


def _case(key: str, quota: Quota, parcels: int) -> Case:
    sample = min(parcels, SAMPLE)
    while sample < min(parcels, SAMPLE_MAX) and _calls_a_day(quota) * sample / parcels < CALLS_A_DAY_MIN:
        sample = min(parcels, SAMPLE_MAX, sample * 2)
    return Case(key, parcels, sample, quota)


def _calls_a_day(quota: Quota) -> float:
    return min(quota.per_day or float("inf"), 1440.0 * quota.per_minute)


def _figures(case: Case, suffix: str = "") -> list[Figure]:
    made = town(case.sample, case.days, SEED)
    found = []
    for who, is_planned in (("", True), ("_peer", False)):
        run = Run(parcels=made, quota=case.smaller, days=case.days, is_planned=is_planned, seed=SEED).go()
        for name, share in (("p50", 0.5), ("p95", 0.95)):
            age_s = run.age_s(share)
            found.append(
                Figure(
                    name=f"freshness_{name}_s_{case.carrier}_{case.parcels}{suffix}{who}",
                    value=round(NEVER_S if age_s is None else age_s, 1),
                    unit="s",
                    n=case.sample,
                    seed=SEED,
                )
            )
    ours, peers = found[:2], found[2:]
    return [
        Figure(
            name=one.name,
            value=one.value,
            unit=one.unit,
            n=one.n,
            seed=one.seed,
            ratio=round(one.value / peer.value, 3) if peer.value else None,
            ratio_to=peer.name,
        )
        for one, peer in zip(ours, peers, strict=True)
    ] + peers


def _agreement(quotas: dict[str, Quota]) -> list[Figure]:
    """The quickest carrier with one number a call and no day's limit, whole and as a sample of a fifth."""
    single = {key: one for key, one in quotas.items() if one.batch == 1 and not one.per_day}
    key, quota = max(single.items(), key=lambda pair: pair[1].per_minute)
    whole = Case(key, AGREES_AT, AGREES_AT, quota)
    part = Case(key, AGREES_AT, AGREES_AT // 5, quota)
    return _figures(whole, "_whole")[:2] + _figures(part, "_sample")[:2]
