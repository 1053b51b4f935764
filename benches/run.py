"""`make bench`: every bench prints a table and merges its figures into build/bench.json."""

import argparse
import sys
from collections.abc import Callable

from benches import (
    backtest,
    buses,
    corridor,
    empty_polls,
    foretold,
    freight_scans,
    freshness,
    growth,
    identify,
    maps,
    olist,
    page,
    parsing,
    places,
    pushes,
    readers,
    record,
    weight,
    words,
    work_list,
)
from benches.figures import BUILD, Figure, merge

BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "corridor_vs_bare_insert": corridor.measure,
    "page_vs_empty_page": page.measure,
    "map_uncached_ms": maps.measure,
    "page_kb": maps.measure,
    "js_gzip_kb": maps.measure,
    "css_gzip_kb": maps.measure,
    "page_cached_cpu_ms": page.measure,
    "live_2000_p99_ms": readers.measure,
    "live_kb_per_reader": readers.measure,
    "webhook_p99_ms": pushes.measure,
    "forecast_sim_acceptance_cov80": foretold.measure,
    "forecast_parcel_us": foretold.cost,
    "forecast_parcel_trees_us": foretold.cost,
    "growth_page": growth.measure,
    "growth_search": growth.measure,
    "growth_ingest": growth.measure,
    "bytes_per_event": weight.measure,
    "bytes_empty_poll": empty_polls.measure,
    "freshness_p50_s": freshness.measure,
    "freshness_p95_s": freshness.measure,
    "identify_precision": identify.measure,
    "identify_recall": identify.measure,
    "identify_random_confident": identify.measure,
    "identify_vs_tracking_numbers": identify.measure,
    "buses": buses.measure,
    "record_sqlite_1000": record.measure,
    "record_postgres_1000": record.measure,
    "places_resolved": places.measure,
    "place_us": places.measure,
    "work_vs_bare_lease": work_list.measure,
    **parsing.BENCHES,
    "forecast_look_up_us": backtest.measure,
    "forecast_one_us": backtest.measure,
    "forecast_rows_per_s": backtest.measure,
    "forecast_training_s": backtest.measure,
    "forecast_kept_mb": backtest.measure,
    "forecast_layers_mib": backtest.measure,
    "forecast_trees_mib": backtest.measure,
    "forecast_freight_sim_all_min": freight_scans.measure,
    "forecast_cargo2000_mae_h": freight_scans.measure,
    "forecast_cargo2000_cov80": freight_scans.measure,
    "forecast_cargo2000_width80_h": freight_scans.measure,
    "olist_cold_start_0_50_percent": olist.measure,
    "olist_cold_start_51_300_percent": olist.measure,
    "olist_fold_1_mae_d_places": olist.measure,
    "words_precision": words.measure,
    "words_coverage": words.measure,
    "words_per_s": words.measure,
}


def main() -> int:
    """Run all of them, or those named with --only; exit code 2 for a name there is not."""
    options = argparse.ArgumentParser(prog="python -m benches.run", description=__doc__)
    options.add_argument("--only", default="", help=f"comma-separated: {', '.join(BENCHES)}")
    wanted = [name.strip() for name in options.parse_args().only.split(",") if name.strip()] or list(BENCHES)
    if strange := [name for name in wanted if name not in BENCHES]:
        print(f"there is no bench {strange[0]!r}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for bench in dict.fromkeys(BENCHES[name] for name in wanted):  # several figures may come of one run
        merge(bench())
    print(f"written to {BUILD.parent.name}/{BUILD.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
