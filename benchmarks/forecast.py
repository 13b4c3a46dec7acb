"""How fast the forecast is, how much memory it takes, and what a loop of Prophet fits would take.

Belongs here: a seeded dealer group of any size, the timing of what the pipeline uses on it, and the
comparison with one Prophet fit per series on the same cores. How good the forecast is on real data
is the backtest's matter.

Run: python -m benchmarks.forecast   (--loop-series 2700 fits the whole loop instead of a sample)
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import subprocess
import sys
import time

import numpy as np

from forecasting.panel import Panel

SEGMENTS = 6
HISTORY_DAYS = 1096
ROOFTOPS = (50, 460, 2_000, 16_800)
COMPARED_ROOFTOPS = 460
DRAWS = 1000
BRANDS, REGIONS = 10, 4
FASTER, MEMORY_GIB = 50.0, 6.0


def make_group(rooftops: int, seed: int = 7) -> tuple[Panel, int, np.ndarray]:
    """(panel with its future hidden, origin, actual [series]) of a made-up group.

    Three years of daily units and the quarter they end in the middle of. Levels differ by store,
    drift by pool, months end in a pile of its own height per region, days vary more than Poisson.
    """
    random = np.random.default_rng(seed)
    dates = np.arange(np.datetime64("2022-01-01"), np.datetime64("2025-04-01"))
    origin = int((np.datetime64("2025-02-12") - dates[0]).astype(int))
    dates, origin = dates[origin - HISTORY_DAYS :], HISTORY_DAYS
    days = len(dates)
    region = np.arange(rooftops) % REGIONS
    brand = random.integers(0, BRANDS, rooftops)
    weekday = (dates.astype(np.int64) + 3) % 7
    month = dates.astype("datetime64[M]")
    left = (month + 1).astype("datetime64[D]") - dates
    shapes = [
        np.select([left <= np.timedelta64(2), left <= np.timedelta64(6)], [pile, pile / 2], 1.0)
        * np.array([0.9, 0.9, 1.0, 1.0, 1.1, 1.3, 0.5 * (r % 2)])[weekday]
        for r, pile in enumerate((3.0, 4.0, 5.0, 3.5))
    ]
    selling = np.stack([(weekday != 6) | (r % 2 == 1) for r in range(REGIONS)])
    drift = np.cumsum(random.normal(0, 0.012, (BRANDS * REGIONS, SEGMENTS, days)), axis=2)
    market = np.cumsum(random.normal(0, 0.004, days))
    series = rooftops * SEGMENTS
    units = np.empty((series, days), dtype=np.int32)
    share = random.dirichlet(np.full(SEGMENTS, 4.0), rooftops)
    size = np.exp(random.normal(np.log(1.2), 0.6, rooftops))
    for r in range(rooftops):
        pool = brand[r] * REGIONS + region[r]
        wander = np.cumsum(random.normal(0, 0.01, (SEGMENTS, days)), axis=1)
        level = size[r] * share[r][:, None] * np.exp(drift[pool] + market + wander)
        lumps = random.gamma(2.0, 0.5, (SEGMENTS, days))
        units[r * SEGMENTS : (r + 1) * SEGMENTS] = random.poisson(
            level * shapes[region[r]] * lumps * selling[region[r]]
        )
    row = np.repeat(np.arange(rooftops), SEGMENTS)
    segment = np.tile(np.arange(SEGMENTS), rooftops)
    actual = units[:, origin:].sum(axis=1)
    units[:, origin:] = 0
    panel = Panel(
        keys=tuple(f"rooftop-{r}|segment-{s}" for r, s in zip(row, segment, strict=True)),
        dates=dates,
        units=units,
        is_selling_day=selling[region[row]],
        pools=tuple(
            f"brand-{brand[r]}|region-{region[r]}|{s}" for r, s in zip(row, segment, strict=True)
        ),
    )
    return panel, origin, actual


def run_one(rooftops: int, compare_series: int) -> dict:
    """Time the forecast at one size, in this process; with the Prophet loop when asked."""
    from forecasting.candidates.roster import stairstep
    from forecasting.scores import score

    panel, origin, actual = make_group(rooftops)
    made = peak_gib()
    # Imports aren't what is compared, on neither side.
    for name in ("sklearn.ensemble", "sklearn.linear_model", "scipy.optimize"):
        importlib.import_module(name)
    draws = DRAWS if rooftops <= 2_000 else DRAWS // 2
    end = len(panel.dates) - 1
    began = time.perf_counter()
    drawn = stairstep().sample_remaining(panel, origin, [end], draws, 1)[0]
    seconds = time.perf_counter() - began
    result = {
        "rooftops": rooftops,
        "series": panel.series_count,
        "draws": draws,
        "seconds": seconds,
        "panel_gib": made,
        "peak_gib": peak_gib(),
    }
    if compare_series:
        result |= _compare(panel, origin, actual, drawn, compare_series, score)
    return result


def _compare(panel, origin, actual, drawn, compare_series, score) -> dict:
    """A loop of default Prophet fits on two processes over a sample of the series, scaled up."""
    from forecasting.candidates.prophet_default import ProphetDefault

    rows = np.arange(panel.series_count)
    if compare_series < panel.series_count:
        rows = np.sort(np.random.default_rng(1).choice(rows, compare_series, replace=False))
    warm = panel.select(rows[:2])
    end = len(panel.dates) - 1
    loop = ProphetDefault(jobs=2)
    loop.sample_remaining(warm, origin, [end], 10, 1)  # its processes import Prophet
    began = time.perf_counter()
    theirs = loop.sample_remaining(panel.select(rows), origin, [end], DRAWS, 1)[0]
    seconds = (time.perf_counter() - began) * panel.series_count / len(rows)
    usual = actual[rows].astype(float)
    return {
        "prophet_series_fitted": len(rows),
        "prophet_seconds": seconds,
        "quantile_loss": score(drawn[rows], actual[rows], usual).pinball.sum() / usual.sum(),
        "prophet_quantile_loss": score(theirs, actual[rows], usual).pinball.sum() / usual.sum(),
    }


def peak_gib() -> float:
    """Most memory this process has held, GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _in_a_process(rooftops: int, compare_series: int) -> dict:
    """Each size in a process of its own, so that peaks don't add up."""
    command = [sys.executable, "-m", "benchmarks.forecast", "--one", str(rooftops)]
    command += ["--loop-series", str(compare_series)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    """Print the table; the exit code says whether speed, memory and quality were reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--one", type=int, help="only this many rooftops, as JSON")
    parser.add_argument("--loop-series", type=int, default=200, help="Prophet fits to time")
    parser.add_argument("--rooftops", type=int, nargs="*", default=ROOFTOPS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(run_one(options.one, options.loop_series)))
        return 0
    results = []
    for rooftops in options.rooftops:
        compare = options.loop_series if rooftops == COMPARED_ROOFTOPS else 0
        print(f"{rooftops:>7,} rooftops ...", flush=True)
        one = _in_a_process(rooftops, compare)
        results.append(one)
        per_rooftop = one["seconds"] / rooftops * 1000
        print(
            f"{rooftops:>7,} rooftops {one['series']:>8,} series {one['seconds']:8.1f} s "
            f"{per_rooftop:8.2f} ms a rooftop   peak {one['peak_gib']:.2f} GiB "
            f"(the panel alone {one['panel_gib']:.2f})",
            flush=True,
        )
    return 0 if _report(results) else 1


def _report(results: list[dict]) -> bool:
    reached = True
    for one in results:
        if "prophet_seconds" in one:
            faster = one["prophet_seconds"] / one["seconds"]
            print(
                f"One Prophet fit per series, two processes: {one['prophet_seconds']:.0f} s for "
                f"{one['series']:,} ({one['prophet_series_fitted']} fitted), {faster:.0f} times "
                f"as long. Quantile loss {one['quantile_loss']:.4f} against "
                f"{one['prophet_quantile_loss']:.4f}."
            )
            reached &= faster >= FASTER and one["quantile_loss"] < one["prophet_quantile_loss"]
        reached &= one["peak_gib"] < MEMORY_GIB
    print("reached" if reached else "NOT reached")
    return reached


if __name__ == "__main__":
    sys.exit(main())
