#!/usr/bin/env python3
"""Ten steps of stacks that are not recorded, in plain PyTorch: stacks.py DIR

Writes init.safetensors and after-step10.safetensors of each case into DIR/CASE, and prints the cases as one JSON
object: the options that make dist-train do the same, and the loss of each step.
"""
import json
import os
import sys

import torch
import torch.nn as nn
from safetensors.torch import save_file

import reference

STREAMS, STEPS, RATE = 64, 10, 5e-3
# Of each case what differs from two layers of 64 units, bptt 20, BatchNorm, weight decay 0.01, momenta .95 and .85.
CASES = {
    "three-layers": {"cell": "GRU", "layers": 3},
    "one-layer-of-50": {"cell": "LSTM", "layers": 1, "hidden": 50},
    "bptt-11": {"cell": "RNN", "bptt": 11, "embedding": 24},
    "bptt-35": {"cell": "LSTM", "bptt": 35, "hidden": 40},
    "bptt-1": {"cell": "GRU", "bptt": 1, "hidden": 33},
    "clipped": {"cell": "GRU", "clip": 0.05},
    "no-decay": {"cell": "RNN", "layers": 1, "decay": 0.0, "moms": (0.9, 0.6)},
    "no-norm": {"cell": "GRU", "norm": False, "hidden": 48, "embedding": 20},
    "tied": {"cell": "LSTM", "norm": False, "tied": True, "hidden": 40},
    "regularised": {"cell": "GRU", "alpha": 0.5, "beta": 3.0, "decay": 0.1},
    "awd-untied": {"awd": True, "layers": 3, "hidden": 56, "embedding": 32},
    "awd-one-layer": {"awd": True, "layers": 1, "hidden": 56, "embedding": 50, "tied": True},
    "awd-other-penalties": {"awd": True, "hidden": 72, "embedding": 24, "tied": True, "alpha": 0.7, "beta": 4.0,
                            "moms": (0.8, 0.7), "decay": 0.3, "clip": 0.5, "bptt": 13},
}
DEFAULTS = {"awd": False, "cell": "LSTM", "layers": 2, "hidden": 64, "embedding": None, "bptt": 20, "clip": None,
            "decay": 0.01, "moms": (0.95, 0.85), "norm": True, "tied": False, "alpha": None, "beta": None}


class Stack(reference.Stack):
    """Embedding, cells, BatchNorm or none, decoder; of awd the last cell is as wide as the embedding."""

    def __init__(self, case, words):
        super().__init__()
        cell, layers, hidden = case["cell"], case["layers"], case["hidden"]
        embedding = case["embedding"] or hidden
        top = embedding if case["awd"] else hidden
        widths = [embedding] + [hidden] * (layers - 1) + [top]
        self.encoder = nn.Embedding(words, embedding, padding_idx=1 if case["awd"] else None)
        self.rnns = nn.ModuleList([getattr(nn, cell)(a, b, batch_first=True) for a, b in zip(widths, widths[1:])])
        if case["norm"] and not case["awd"]:
            self.batch_norm = nn.BatchNorm1d(top)
        self.decoder = nn.Linear(top, words)
        if case["tied"]:
            self.decoder.weight = self.encoder.weight
        zeros = [torch.zeros(1, STREAMS, width) for width in widths[1:]]
        self.states = [(zero, zero) if cell == "LSTM" else zero for zero in zeros]

    def forward(self, x):
        out = self.encoder(x)
        for k, rnn in enumerate(self.rnns):
            out, state = rnn(out, self.states[k])
            self.states[k] = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        rows = out.flatten(0, 1)
        rows = self.batch_norm(rows) if hasattr(self, "batch_norm") else rows
        return self.decoder(rows).view(*x.shape, -1), out

    def weights(self):
        tied = self.decoder.weight is self.encoder.weight
        return {name: tensor.clone() for name, tensor in self.state_dict().items()
                if "num_batches" not in name and not (tied and name == "decoder.weight")}


def options(case):
    """dist-train's for the case, apart from the initial weights."""
    model = "awd-lstm" if case["awd"] else case["cell"].lower()
    result = ["--model", model, "--layers", case["layers"], "--hidden", case["hidden"], "--bptt", case["bptt"],
              "--epochs", 1, "--steps", STEPS, "--lr", RATE, "--weight-decay", case["decay"],
              "--moms", ",".join(map(str, case["moms"]))]
    if case["awd"]:
        result += ["--drop-mult", 0]
    elif not case["norm"]:
        result += ["--norm", "none"]
    for name in ("embedding", "clip"):
        if case[name] is not None:
            result += [f"--{name}", case[name]]
    for name, option in (("alpha", "--ar"), ("beta", "--tar")):
        if case[name] is not None:
            result += [option, case[name]]
    if case["tied"] != case["awd"]:
        result += ["--tie-weights" if case["tied"] else "--no-tie-weights"]
    return [str(part) for part in result]


def steps(case, words, ids, folder):
    """The losses of the first ten steps."""
    torch.manual_seed(7)
    model = Stack(case, len(words))
    os.makedirs(folder)
    save_file(model.weights(), os.path.join(folder, "init.safetensors"))
    batches = reference.Batches(ids, STREAMS, case["bptt"])
    optimizer, losses = reference.Optimizer(model, case["decay"]), []
    alpha, beta = (2.0, 1.0) if case["awd"] else (0.0, 0.0)
    alpha = alpha if case["alpha"] is None else case["alpha"]
    beta = beta if case["beta"] is None else case["beta"]
    model.train()
    for (x, y), (rate, momentum), _ in zip(
            batches, reference.one_cycle(len(batches), RATE, moms=case["moms"]), range(STEPS)):
        logits, out = model(x)
        loss = model.loss(logits, y)
        (loss + reference.activation_penalty(out, alpha, beta)).backward()
        if case["clip"] is not None:
            nn.utils.clip_grad_norm_(model.parameters(), case["clip"])
        optimizer.step(rate, momentum)
        losses.append(loss.item())
    save_file(model.weights(), os.path.join(folder, "after-step10.safetensors"))
    return losses


def main():
    # More threads sum in another order.
    torch.set_num_threads(1)
    train, _, words = reference.human_numbers()
    result = {}
    for name, case in CASES.items():
        case = DEFAULTS | case
        losses = steps(case, words, train, os.path.join(sys.argv[1], name))
        result[name] = {"options": options(case), "losses": losses}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
