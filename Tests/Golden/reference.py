"""The reference for golden runs: fastai 1.0.61's data, models, optimizer and schedule in plain PyTorch.

Each part is written as fastai has it, in its order of operations; what it mends says so. Shapes: B streams, T tokens of
a step (bptt), H the hidden width.
"""
import copy
import math
from collections import Counter

import torch
import torch.nn as nn
import torch.nn.functional as F

# ---- Human numbers: lines joined by ", ", behind xxbos

ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen""".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SPECIALS = "xxunk xxpad xxbos xxeos xxfld xxmaj xxup xxrep xxwrep".split()


def spelled(number):
    """A number below 10,000 in words."""
    words = []
    for size, name in ((1000, "thousand"), (100, "hundred")):
        if number >= size:
            words += [ONES[number // size], name]
            number %= size
    if number >= 20:
        words.append(TENS[number // 10 - 2])
        number %= 10
        if not number:
            return words
    return words + [ONES[number]] if number or not words else words


def document(first, last):
    return ["xxbos"] + [token for number in range(first, last + 1) for token in [",", *spelled(number)]][1:]


def human_numbers():
    """(training ids, validation ids, vocabulary of 40): the specials, then by falling frequency."""
    train, valid = document(1, 7999), document(8001, 9999)
    words = SPECIALS + [w for w, count in Counter(train).most_common() if count >= 2 and w not in SPECIALS]
    words += ["xxfake"] * (-len(words) % 8)
    ids = {word: number for number, word in reversed(list(enumerate(words)))}
    return [ids.get(w, 0) for w in train], [ids.get(w, 0) for w in valid], words


class Batches:
    """LanguageModelPreLoader: B streams through one document, each from its own start, around its end.

    An epoch starts over.
    """

    def __init__(self, ids, streams, bptt):
        self.ids, self.bptt = torch.tensor(ids), bptt
        self.starts = torch.tensor([int(len(ids) / streams * i) for i in range(streams)])
        self.steps = math.ceil(len(ids) / (bptt * streams))

    def __len__(self):
        return self.steps

    def __iter__(self):
        for step in range(self.steps):
            places = self.starts[:, None] + step * self.bptt + torch.arange(self.bptt + 1)[None]
            tokens = self.ids[places % len(self.ids)]
            yield tokens[:, :-1], tokens[:, 1:]


# ---- Models: each gives the logits and, for AR and TAR, its last layer's outputs (B, T, H); else None

class Notebook(nn.Module):
    """The notebook's model0, model1, model2 and Model3."""

    def __init__(self, kind, words, hidden, streams):
        super().__init__()
        self.kind, self.width = kind.lower(), hidden
        self.input_to_hidden = nn.Embedding(words, hidden)
        self.hidden_to_hidden = nn.Linear(hidden, hidden)
        self.hidden_to_output = nn.Linear(hidden, words)
        self.batch_norm = nn.BatchNorm1d(hidden)
        self.h = torch.zeros(streams, hidden)

    def forward(self, x):
        if self.kind == "model0":
            h = self.batch_norm(F.relu(self.input_to_hidden(x[:, 0])))
            for t in range(1, min(3, x.shape[1])):
                h = self.batch_norm(F.relu(self.hidden_to_hidden(h + self.input_to_hidden(x[:, t]))))
            return self.hidden_to_output(h), None
        h = self.h if self.kind == "model3" else torch.zeros(len(x), self.width)
        results = []
        for t in range(x.shape[1]):
            h = F.relu(self.hidden_to_hidden(h + self.input_to_hidden(x[:, t])))
            if self.kind == "model1":
                h = self.batch_norm(h)
            else:
                results.append(self.batch_norm(h))
        if self.kind == "model1":
            return self.hidden_to_output(h), None
        if self.kind == "model3":
            self.h = h.detach()
            return self.hidden_to_output(torch.stack(results, dim=1)), None
        return torch.stack([self.hidden_to_output(r) for r in results], dim=1), None

    def loss(self, logits, y):
        if self.kind in ("model0", "model1"):
            return F.cross_entropy(logits, y[:, -1])
        return F.cross_entropy(logits.flatten(0, 1), y.flatten())

    def hits(self, logits, y):
        return logits.argmax(-1) == (y[:, -1] if self.kind in ("model0", "model1") else y)

    def start_epoch(self):
        pass

    def state(self):
        return {"hidden": self.h} if self.kind == "model3" else {}


class Stack(nn.Module):
    """What all stacks of cells have in common: one state for each layer, carried from step to step."""

    def loss(self, logits, y):
        return F.cross_entropy(logits.flatten(0, 1), y.flatten())

    def hits(self, logits, y):
        return logits.argmax(-1) == y

    def start_epoch(self):
        pass

    def state(self):
        names = ("hidden", "cell")
        layers = [h if isinstance(h, tuple) else (h,) for h in self.states]
        return {f"rnns.{k}.{names[i]}": part[0] for k, layer in enumerate(layers) for i, part in enumerate(layer)}


class Lesson(Stack):
    """Lesson 7's Model4 and Model5: cells, BatchNorm over all B · T rows, decoder."""

    def __init__(self, cell, layers, words, hidden, streams):
        super().__init__()
        self.encoder = nn.Embedding(words, hidden)
        self.rnns = nn.ModuleList([getattr(nn, cell)(hidden, hidden, batch_first=True) for _ in range(layers)])
        self.decoder = nn.Linear(hidden, words)
        self.batch_norm = nn.BatchNorm1d(hidden)
        zero = torch.zeros(1, streams, hidden)
        self.states = [(zero, zero) if cell == "LSTM" else zero for _ in range(layers)]

    def forward(self, x):
        out = self.encoder(x)
        for k, rnn in enumerate(self.rnns):
            out, state = rnn(out, self.states[k])
            self.states[k] = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        return self.decoder(self.batch_norm(out.flatten(0, 1)).view(out.shape)), None


def dropped(x, shape, p, training):
    """x with a mask of that shape: 0 with probability p, 1/(1 − p) elsewhere."""
    return x * x.new_empty(shape).bernoulli_(1 - p).div_(1 - p) if training and p else x


class AWDLSTM(Stack):
    """fastai's AWD_LSTM with its language-model head.

    The raw recurrent weights are the parameters, once each: fastai decays them twice, since their undropped twins share
    the storage.
    """

    def __init__(self, config, words, streams):
        super().__init__()
        self.p = {name: config[f"{name}_p"] for name in ("embed", "input", "hidden", "weight", "output")}
        embedding, hidden, layers = config["emb_sz"], config["n_hid"], config["n_layers"]
        widths = [embedding] + [hidden] * (layers - 1) + [embedding]
        self.encoder = nn.Embedding(words, embedding, padding_idx=1)
        self.rnns = nn.ModuleList([nn.LSTM(a, b, batch_first=True) for a, b in zip(widths, widths[1:])])
        self.encoder.weight.data.uniform_(-0.1, 0.1)
        self.encoder.weight.data[1] = 0
        self.decoder = nn.Linear(embedding, words, bias=config["out_bias"])
        self.decoder.weight.data.uniform_(-0.1, 0.1)
        if config["out_bias"]:
            self.decoder.bias.data.zero_()
        if config["tie_weights"]:
            self.decoder.weight = self.encoder.weight
        self.zero = [torch.zeros(1, streams, width) for width in widths[1:]]
        self.start_epoch()

    def start_epoch(self):
        self.states = [(zero, zero) for zero in self.zero]

    def forward(self, x):
        table = self.encoder.weight
        out = F.embedding(x, dropped(table, (len(table), 1), self.p["embed"], self.training), 1)
        out = dropped(out, (len(out), 1, out.shape[2]), self.p["input"], self.training)
        for k, rnn in enumerate(self.rnns):
            weights = dict(rnn.named_parameters())
            raw = weights["weight_hh_l0"]
            weights["weight_hh_l0"] = F.dropout(raw, self.p["weight"], self.training)
            out, state = torch.func.functional_call(rnn, weights, (out, self.states[k]))
            self.states[k] = tuple(s.detach() for s in state)
            if k < len(self.rnns) - 1:
                out = dropped(out, (len(out), 1, out.shape[2]), self.p["hidden"], self.training)
        return self.decoder(dropped(out, (len(out), 1, out.shape[2]), self.p["output"], self.training)), out


def activation_penalty(out, alpha=2.0, beta=1.0):
    """AR and TAR of a last layer's outputs (B, T, H)."""
    penalty = alpha * out.pow(2).mean()
    return penalty + beta * (out[:, 1:] - out[:, :-1]).pow(2).mean() if out.shape[1] > 1 else penalty


# ---- The loop

def cosine(start, end, part):
    return end + (start - end) / 2 * (math.cos(math.pi * part) + 1)


def one_cycle(steps, lr, moms=(0.95, 0.85), pct_start=0.3, div=25.0):
    """(rate, momentum) of each step."""
    up = int(steps * pct_start)
    low, last = lr / div, lr / (div * 1e4)
    for n in range(steps):
        if n < max(1, up):
            part = n / max(1, up)
            yield cosine(low, lr, part), cosine(moms[0], moms[1], part)
        else:
            part = (n - max(1, up)) / max(1, steps - up)
            yield cosine(lr, last, part), cosine(moms[1], moms[0], part)


class Smoothed:
    """The exponential mean that fastai shows, without its bias towards zero."""

    def __init__(self, beta=0.98):
        self.beta, self.n, self.mean = beta, 0, 0

    def add(self, value):
        self.n += 1
        self.mean = self.beta * self.mean + (1 - self.beta) * value
        return self.mean / (1 - self.beta**self.n)


class Optimizer:
    """Adam(momentum, 0.99) with decoupled weight decay on all parameters, before the step."""

    def __init__(self, model, decay):
        self.adam, self.decay = torch.optim.Adam(model.parameters(), lr=0, betas=(0.9, 0.99), eps=1e-8), decay

    def step(self, lr, momentum):
        group = self.adam.param_groups[0]
        group["lr"], group["betas"] = lr, (momentum, 0.99)
        with torch.no_grad():
            for parameter in group["params"]:
                parameter.mul_(1 - self.decay * lr)
        self.adam.step()
        self.adam.zero_grad()


def validate(model, batches):
    """(loss, accuracy): means over the batches."""
    model.eval()
    losses, hits = [], []
    with torch.no_grad():
        for x, y in batches:
            logits, _ = model(x)
            losses.append(model.loss(logits, y).item())
            hits.append(model.hits(logits, y).float().mean().item())
    model.train()
    return sum(losses) / len(losses), sum(hits) / len(hits)


def fit(model, train, valid, epochs, schedule, decay, after_backward=None, after_step=None):
    """fit_one_cycle. Returns the recorded series by name; the callbacks get the number of the step, from 1."""
    optimizer, smoothed = Optimizer(model, decay), Smoothed()
    run = {name: [] for name in ("loss", "differentiated", "smoothed", "lr", "momentum", "valid", "accuracy")}
    step = 0
    model.train()
    for _ in range(epochs):
        model.start_epoch()
        for x, y in train:
            step += 1
            lr, momentum = next(schedule)
            logits, out = model(x)
            loss = model.loss(logits, y)
            whole = loss if out is None else loss + activation_penalty(out)
            whole.backward()
            if after_backward:
                after_backward(step)
            optimizer.step(lr, momentum)
            if after_step:
                after_step(step)
            values = (loss.item(), whole.item(), smoothed.add(loss.detach()).item(), lr, momentum)
            for name, value in zip(run, values):
                run[name].append(value)
        loss, accuracy = validate(model, valid)
        run["valid"].append(loss)
        run["accuracy"].append(accuracy)
    return run


def find_rate(model, train, decay, start=1e-7, end=10, count=100):
    """lr_find. Returns (rates, losses, smoothed losses), one of each a step.

    The weights are as before, the hidden state is not.
    """
    kept = copy.deepcopy(model.state_dict())
    optimizer, smoothed, best = Optimizer(model, decay), Smoothed(), None
    rates, losses, means = [], [], []
    model.train()
    model.start_epoch()
    for (x, y), n in zip(train, range(count)):
        rates.append(start * (end / start) ** (n / count))
        loss = model.loss(model(x)[0], y)
        loss.backward()
        optimizer.step(rates[-1], 0.9)
        losses.append(loss.item())
        means.append(smoothed.add(loss.detach()).item())
        best = means[-1] if best is None else min(best, means[-1])
        if means[-1] > 4 * best or math.isnan(means[-1]):
            break
    model.load_state_dict(kept)
    return rates, losses, means


def steepest_rate(rates, means, skip=(10, 5)):
    """fastai 1's suggestion: where the smoothed loss falls fastest from step to step."""
    ys = means[skip[0] : -skip[1]]
    slopes = [ys[1] - ys[0], *((b - a) / 2 for a, b in zip(ys, ys[2:])), ys[-1] - ys[-2]]
    return rates[skip[0] + slopes.index(min(slopes))]


def valley_rate(rates, means, skip=(10, 5)):
    """fastai 2's suggestion: two thirds down the longest run of falling losses."""
    ys, xs = means[skip[0] : -skip[1]], rates[skip[0] : -skip[1]]
    lengths, first, last = [1] * len(ys), 0, 0
    for i in range(1, len(ys)):
        for j in range(i):
            if ys[i] < ys[j] and lengths[i] < lengths[j] + 1:
                lengths[i] = lengths[j] + 1
            if lengths[last] < lengths[i]:
                last, first = i, i - lengths[i]
    section = (last - first) / 3
    return xs[first + int(section) + int(section / 2)]
