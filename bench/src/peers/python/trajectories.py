"""What PyTorch does with a small network, step by step, and how its learning rates change.

Run `python3 bench/src/peers/python/trajectories.py > core/src/test/resources/io/atelier/optim/trajectories.txt`
with PyTorch 1.13 or newer; the tests of io.atelier.optim follow these numbers.
"""

import warnings

import torch
from torch import optim
from torch.optim import lr_scheduler as schedule

STEPS = 8
RATES = 30
torch.set_default_dtype(torch.float64)
warnings.simplefilter("ignore")


def line(name, values):
    print(name + ": " + " ".join("%.9g" % v for v in values))


def network():
    """tanh(x W1^T + b1) W2^T against y: W1 [2, 3], b1 [2], W2 [1, 2]."""
    w1 = torch.tensor([[0.5, -0.3, 0.8], [-0.6, 0.9, 0.1]])
    b1 = torch.tensor([0.2, -0.1])
    w2 = torch.tensor([[0.7, -1.2]])
    weights = [w.requires_grad_() for w in (w1, b1, w2)]
    x = torch.tensor([[1.0, 0.5, -1.0], [-0.5, 2.0, 0.3], [0.8, -1.5, 1.2], [-1.1, 0.4, 0.6]])
    y = torch.tensor([[1.0], [-0.5], [0.3], [-1.2]])
    return weights, lambda: ((torch.tanh(x @ w1.T + b1) @ w2.T - y) ** 2).mean()


def flat(weights):
    return torch.cat([w.detach().flatten() for w in weights]).tolist()


def trajectory(name, make, change=lambda weights: None):
    weights, loss = network()
    optimizer = make(weights)
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        loss().backward()
        change(weights)
        optimizer.step()
        line("%s %d" % (name, step), flat(weights))
    return optimizer, weights


def rules():
    trajectory("sgd", lambda w: optim.SGD(w, 0.1))
    trajectory("sgd decay", lambda w: optim.SGD(w, 0.1, weight_decay=0.05))
    trajectory("momentum", lambda w: optim.SGD(w, 0.1, momentum=0.9, weight_decay=0.05))
    trajectory("nesterov", lambda w: optim.SGD(w, 0.1, momentum=0.9, nesterov=True))
    trajectory(
        "nesterov decay",
        lambda w: optim.SGD(w, 0.1, momentum=0.9, nesterov=True, weight_decay=0.05),
    )
    trajectory("adagrad", lambda w: optim.Adagrad(w, 0.1))
    trajectory("adagrad decay", lambda w: optim.Adagrad(w, 0.1, weight_decay=0.05))
    trajectory("rmsprop", lambda w: optim.RMSprop(w, 0.01))
    trajectory("rmsprop decay", lambda w: optim.RMSprop(w, 0.01, alpha=0.9, weight_decay=0.05))
    trajectory("rmsprop momentum", lambda w: optim.RMSprop(w, 0.01, momentum=0.9))
    trajectory("rmsprop centered", lambda w: optim.RMSprop(w, 0.01, centered=True))
    trajectory(
        "rmsprop all",
        lambda w: optim.RMSprop(w, 0.01, centered=True, momentum=0.9, weight_decay=0.05),
    )
    trajectory("adadelta", lambda w: optim.Adadelta(w, 1.0))
    trajectory("adadelta decay", lambda w: optim.Adadelta(w, 2.0, rho=0.8, weight_decay=0.05))
    trajectory("adam", lambda w: optim.Adam(w, 0.05))
    trajectory("adam decay", lambda w: optim.Adam(w, 0.05, betas=(0.5, 0.9), weight_decay=0.05))
    trajectory("adam amsgrad", lambda w: optim.Adam(w, 0.05, betas=(0.9, 0.5), amsgrad=True))
    trajectory("adamw", lambda w: optim.AdamW(w, 0.05))
    trajectory("adamw decay", lambda w: optim.AdamW(w, 0.05, weight_decay=0.3))
    trajectory(
        "adamw amsgrad", lambda w: optim.AdamW(w, 0.05, betas=(0.9, 0.5), amsgrad=True)
    )
    trajectory("adamax", lambda w: optim.Adamax(w, 0.05))
    trajectory("adamax decay", lambda w: optim.Adamax(w, 0.05, weight_decay=0.05))
    # the other loop of PyTorch 1.13 multiplies by one momentum too many
    trajectory("nadam", lambda w: optim.NAdam(w, 0.05, foreach=True))
    trajectory("nadam decay", lambda w: optim.NAdam(w, 0.05, weight_decay=0.05, foreach=True))
    trajectory("radam", lambda w: optim.RAdam(w, 0.05))
    trajectory("radam decay", lambda w: optim.RAdam(w, 0.05, weight_decay=0.05))
    trajectory("rprop", lambda w: optim.Rprop(w, 0.1))
    trajectory("asgd", lambda w: optim.ASGD(w, 0.1, lambd=0.1))
    optimizer, weights = trajectory(
        "asgd decay", lambda w: optim.ASGD(w, 0.1, t0=3, weight_decay=0.05)
    )
    line("asgd average", flat([optimizer.state[w]["ax"] for w in weights]))
    trajectory(
        "groups",
        lambda w: optim.SGD([{"params": w[:1], "lr": 0.3}, {"params": w[1:]}], 0.5),
    )
    trajectory(
        "clipped by norm",
        lambda w: optim.SGD(w, 0.5),
        lambda w: torch.nn.utils.clip_grad_norm_(w, 0.5),
    )
    trajectory(
        "clipped by value",
        lambda w: optim.SGD(w, 0.5),
        lambda w: torch.nn.utils.clip_grad_value_(w, 0.2),
    )


def lbfgs():
    def rosenbrock(p):
        return 100 * (p[1] - p[0] ** 2) ** 2 + (1 - p[0]) ** 2

    for iterations in (1, 2, 3, 5, 10, 20, 40):
        p = torch.tensor([-1.2, 1.0], requires_grad=True)
        optimizer = optim.LBFGS(
            [p], max_iter=iterations, max_eval=1000, history_size=5, line_search_fn="strong_wolfe"
        )
        evaluations = 0

        def closure():
            nonlocal evaluations
            evaluations += 1
            optimizer.zero_grad()
            value = rosenbrock(p)
            value.backward()
            return value

        optimizer.step(closure)
        line("lbfgs rosenbrock %d" % iterations, p.tolist() + [evaluations])
    weights, loss = network()
    optimizer = optim.LBFGS(weights, max_iter=8, max_eval=1000, line_search_fn="strong_wolfe")

    def again():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    optimizer.step(again)
    line("lbfgs network 8", flat(weights))


def rates(name, make, steps=RATES):
    weight = torch.zeros(1, requires_grad=True)
    optimizer = optim.SGD([weight], 1.0)
    scheduler = make(optimizer)
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    line("rate " + name, values)


def schedules():
    rates("step", lambda o: schedule.StepLR(o, 10, 0.7))
    rates("multi-step", lambda o: schedule.MultiStepLR(o, [5, 8, 20], 0.3))
    rates("lambda", lambda o: schedule.LambdaLR(o, lambda t: 0.95**t))
    rates("multiplicative", lambda o: schedule.MultiplicativeLR(o, lambda t: 1 - 0.5 / (t + 1)))
    rates("exponential", lambda o: schedule.ExponentialLR(o, 0.9))
    rates("linear", lambda o: schedule.LinearLR(o, 1 / 3, 1, 5))
    rates("constant", lambda o: schedule.ConstantLR(o, 1 / 3, 5))
    rates("polynomial", lambda o: schedule.PolynomialLR(o, 20, 2.0))
    rates("cosine", lambda o: schedule.CosineAnnealingLR(o, 10))
    rates("cosine minimum", lambda o: schedule.CosineAnnealingLR(o, 10, 0.2))
    rates("warm restarts", lambda o: schedule.CosineAnnealingWarmRestarts(o, 4, 2, 0.1))
    rates("one-cycle", lambda o: schedule.OneCycleLR(o, 1.0, RATES, cycle_momentum=False), RATES - 1)

    def cyclic(mode, gamma=1.0):
        return lambda o: schedule.CyclicLR(
            o, 0.1, 1.0, 4, 6, mode=mode, gamma=gamma, cycle_momentum=False
        )

    rates("triangular", cyclic("triangular"))
    rates("triangular2", cyclic("triangular2"))
    rates("exp_range", cyclic("exp_range", 0.9))
    rates(
        "sequential",
        lambda o: schedule.SequentialLR(
            o, [schedule.LinearLR(o, 0.1, 1, 5), schedule.ExponentialLR(o, 0.9)], [5]
        ),
    )
    rates(
        "chained",
        lambda o: schedule.ChainedScheduler(
            [schedule.LinearLR(o, 0.1, 1, 5), schedule.ExponentialLR(o, 0.9)]
        ),
    )
    plateau("plateau", dict(factor=0.5, patience=2), LOSSES)
    plateau("plateau cooling", dict(factor=0.5, patience=1, cooldown=3, min_lr=0.2), LOSSES)
    plateau("plateau highest", dict(mode="max", factor=0.1, patience=1), [3 - v for v in LOSSES])
    plateau("plateau threshold", dict(factor=0.5, patience=1, threshold=0.1), LOSSES)


LOSSES = [2.0, 1.5, 1.4, 1.45, 1.41, 1.42, 1.43, 1.3, 1.29, 1.35, 1.35, 1.3, 1.3, 1.3, 1.3, 1.2, 1.2]
LOSSES += [1.2, 1.2, 1.2, 1.2, 1.2, 1.2]


def plateau(name, settings, metrics):
    weight = torch.zeros(1, requires_grad=True)
    optimizer = optim.SGD([weight], 1.0)
    scheduler = schedule.ReduceLROnPlateau(optimizer, **settings)
    values = []
    for metric in metrics:
        scheduler.step(metric)
        values.append(optimizer.param_groups[0]["lr"])
    line("rate " + name, values)


rules()
lbfgs()
schedules()
