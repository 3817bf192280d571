#!/usr/bin/env python3
"""Makes tests/score/statistics/statistics.json: what NumPy and SciPy say about fixed cases, for statistics_test.cpp.

Needs numpy and scipy (a throw-away environment is enough):
    python tests/score/statistics/make_statistics.py > tests/score/statistics/statistics.json
"""
import itertools
import json
import sys

import numpy
import scipy
import scipy.stats

random = numpy.random.default_rng(20)


def quantiles():
    values = random.normal(size=37).round(3)
    levels = [0.0, 0.025, 0.05, 0.5, 0.77, 0.975, 1.0]
    return {"values": values.tolist(), "levels": levels, "expected": numpy.quantile(values, levels).tolist()}


def spearman():
    x = random.integers(1, 12, size=40)  # many ties
    y = x + random.integers(-4, 5, size=40)
    return {"x": x.tolist(), "y": y.tolist(), "expected": scipy.stats.spearmanr(x, y).statistic}


def area():
    positives = random.integers(3, 12, size=25)
    negatives = random.integers(0, 9, size=31)
    u = scipy.stats.mannwhitneyu(positives, negatives).statistic
    return {"positives": positives.tolist(), "negatives": negatives.tolist(),
            "expected": u / (len(positives) * len(negatives))}


def clustered():
    """Three systems on the same cases; the resamples are given, so every resampled mean must agree exactly."""
    clusters, per_cluster = 23, random.integers(1, 6, size=23)
    cluster_of = numpy.repeat(numpy.arange(clusters), per_cluster)
    effect = random.normal(0, 0.05, size=clusters)[cluster_of]
    noise = lambda: random.normal(0, 0.08, size=len(cluster_of))
    systems = {"system": 0.50 + effect + noise(), "reference": 0.55 + effect + noise(), "floor": 0.15 + noise()}
    systems = {name: values.round(4) for name, values in systems.items()}
    resamples = random.integers(0, clusters, size=(400, clusters))
    counts = numpy.stack([numpy.bincount(row, minlength=clusters) for row in resamples])
    size = numpy.bincount(cluster_of, minlength=clusters)

    def means(values, weights):
        sums = numpy.bincount(cluster_of, weights=values, minlength=clusters)
        return weights @ sums / (weights @ size)

    draws = {name: means(values, counts) for name, values in systems.items()}
    ratio = (draws["system"] - draws["floor"]) / (draws["reference"] - draws["floor"])
    point = {name: float(values.mean()) for name, values in systems.items()}

    def cluster_bootstrap(statistic):
        """SciPy's percentile bootstrap over clusters: its own random numbers, so only equal up to Monte Carlo error."""
        index = numpy.arange(clusters)

        def of(picked, axis=-1):
            weights = numpy.apply_along_axis(lambda row: numpy.bincount(row, minlength=clusters), axis, picked)
            return statistic({name: means(values, weights) for name, values in systems.items()})

        interval = scipy.stats.bootstrap((index,), of, n_resamples=40000, method="percentile", vectorized=True,
                                         rng=numpy.random.default_rng(1)).confidence_interval
        return [float(interval.low), float(interval.high)]

    floor_corrected = lambda m: (m["system"] - m["floor"]) / (m["reference"] - m["floor"])
    return {
        "cluster_of": cluster_of.tolist(),
        "systems": {name: values.tolist() for name, values in systems.items()},
        "resamples": resamples.tolist(),
        "expected_means": {name: values[:5].tolist() for name, values in draws.items()},
        "expected_ratio": (point["system"] - point["floor"]) / (point["reference"] - point["floor"]),
        "expected_interval": numpy.quantile(ratio, [0.025, 0.975, 0.05, 0.95]).tolist(),
        "scipy_interval_of_ratio": cluster_bootstrap(floor_corrected),
        "scipy_interval_of_mean": cluster_bootstrap(lambda m: m["system"]),
        "scipy_interval_of_difference": cluster_bootstrap(lambda m: m["system"] - m["reference"]),
    }


def grouped():
    """Groups of unequal size with ties: what SciPy says of each, and of their variance."""
    sizes = random.integers(2, 9, size=19)
    groups = numpy.repeat(numpy.arange(len(sizes)), sizes)
    x = (random.normal(size=len(groups)) + 0.8 * random.normal(size=len(sizes))[groups]).round(1)
    y = (x + random.normal(0, 1.2, size=len(groups))).round(1)
    of = lambda values, g: values[groups == g]
    varied = [g for g in range(len(sizes)) if sizes[g] > 2 and numpy.ptp(of(x, g)) > 0 and numpy.ptp(of(y, g)) > 0]
    each = [scipy.stats.spearmanr(of(x, g), of(y, g)).statistic for g in varied]
    f = scipy.stats.f_oneway(*[of(x, g) for g in range(len(sizes))]).statistic
    n0 = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)
    return {"sizes": sizes.tolist(), "x": x.tolist(), "y": y.tolist(),
            "expected_spearman": numpy.average(each, weights=[sizes[g] - 1 for g in varied]), "expected_f": f,
            "expected_icc": (f - 1) / (f + n0 - 1)}


def chance():
    """Exact permutation test of one group of seven: every order of y."""
    x, y = random.normal(size=7).round(2), random.normal(size=7).round(2)
    y = (0.5 * x + y).round(2)
    test = scipy.stats.permutation_test((y,), lambda moved: scipy.stats.spearmanr(x, moved).statistic, vectorized=False,
                                        permutation_type="pairings", alternative="greater", n_resamples=numpy.inf)
    return {"x": x.tolist(), "y": y.tolist(), "expected": test.statistic, "expected_p": test.pvalue,
            "expected_null_95": numpy.quantile(test.null_distribution, 0.95)}


def best_of_n():
    """The mean over every subset of n, those that tie for the best sharing the choice."""
    x, y = random.integers(0, 6, size=9), random.normal(size=9).round(3)

    def best(subset):
        top = max(x[list(subset)])
        return numpy.mean([y[i] for i in subset if x[i] == top])

    expected = [numpy.mean([best(s) for s in itertools.combinations(range(9), n)]) for n in range(1, 10)]
    return {"x": x.tolist(), "y": y.tolist(), "expected": expected}


def clustered_area():
    """AUC with SciPy's bootstrap over clusters, and of the first given resamples exactly."""
    cluster_of = numpy.repeat(numpy.arange(21), random.integers(1, 5, size=21))
    effect = random.normal(size=21)[cluster_of]
    positives = (1.3 + effect + random.normal(size=len(cluster_of))).round(1)
    negatives = (0.5 * effect + random.normal(size=len(cluster_of))).round(1)

    def area_of(picked):
        rows = numpy.concatenate([numpy.flatnonzero(cluster_of == c) for c in picked])
        return scipy.stats.mannwhitneyu(positives[rows], negatives[rows]).statistic / len(rows)**2

    interval = scipy.stats.bootstrap((numpy.arange(21),), area_of, n_resamples=10000, method="percentile",
                                     vectorized=False, rng=numpy.random.default_rng(2)).confidence_interval
    resamples = random.integers(0, 21, size=(5, 21))
    return {"cluster_of": cluster_of.tolist(), "positives": positives.tolist(), "negatives": negatives.tolist(),
            "expected": area_of(numpy.arange(21)), "resamples": resamples.tolist(),
            "expected_draws": [area_of(row) for row in resamples],
            "scipy_interval": [float(interval.low), float(interval.high)]}


json.dump({"made_by": f"numpy {numpy.__version__}, scipy {scipy.__version__}", "quantile": quantiles(),
           "spearman": spearman(), "auc": area(), "clustered": clustered(), "grouped": grouped(), "chance": chance(),
           "best_of_n": best_of_n(), "clustered_auc": clustered_area()}, sys.stdout)
print()
