"""Writes logistic.npz: coefficients of scikit-learn's LogisticRegression, which LogisticRegressionTest compares.

Usage, with Debian's python3-sklearn (1.2.1): OMP_NUM_THREADS=1 python3 write_logistic.py logistic.npz
It prints how far the gradient is from zero. The solver newton-cg gets closest; lbfgs stops at about 1e-5.
"""

import sys

import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

random = numpy.random.default_rng(20261129)
arrays = {}
for name, rows, features, classes, cs in [
    ("two", 80, 6, 2, [0.01, 1, 100]),
    ("three", 90, 5, 3, [0.01, 1, 100]),
    ("eleven", 160, 4, 11, [0.1, 10]),
    ("wide", 24, 60, 2, [0.01, 1]),
    ("wide3", 30, 50, 3, [0.05, 5]),
    ("correlated", 70, 8, 2, [1, 100]),
]:
    x = random.normal(size=(rows, features)) * random.uniform(0.1, 30, features) + random.normal(size=features)
    if name == "correlated":
        x[:, 4:7] = x[:, :3] + 1e-3 * random.normal(size=(rows, 3))
        x[:, 7] = 2.5  # a constant feature
    x = numpy.round(x, 4)
    z = StandardScaler().fit_transform(x)
    logits = z @ random.normal(size=(features, classes)) + random.gumbel(size=(rows, classes))
    y = logits.argmax(axis=1)
    assert len(set(y)) == classes, name
    arrays[f"{name}.x"] = x
    arrays[f"{name}.y"] = y.astype(numpy.int64)
    for c in cs:
        model = LogisticRegression(C=c, solver="newton-cg", tol=1e-12, max_iter=200).fit(z, y)
        residual = model.predict_proba(z) - numpy.eye(classes)[y]
        gradient = residual.T @ z + (model.coef_ if classes > 2 else [[-1], [1]] * model.coef_) / c
        print(name, c, "gradient", numpy.abs(gradient).max(), "intercepts", numpy.abs(residual.sum(axis=0)).max())
        arrays[f"{name}.{c:g}.coefficients"] = model.coef_
        arrays[f"{name}.{c:g}.intercepts"] = model.intercept_
        arrays[f"{name}.{c:g}.probabilities"] = model.predict_proba(z)[:5]
numpy.savez_compressed(sys.argv[1], **arrays)
