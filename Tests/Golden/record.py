#!/usr/bin/env python3
"""Records golden runs, and checks those recorded.

Needs PyTorch and safetensors; `Launch/test --all` makes such a Python in .build/python.

    record.py CASE... [--out DIR]      records the cases into DIR/CASE (by default .build/golden)
    record.py --check DIR...           runs the case in each folder again, from its init.safetensors, and compares
    record.py --statistics CASE...     prints what 12 seeds of a case reach in their last epoch, as JSON
    record.py --list                   the names of the cases

The loop is fastai 1.0.61's, written down in reference.py. The recorded runs under Tests/Golden come from fastai itself
on PyTorch 2.13 (CPU, Float32, one thread, seed 1234).
"""
import argparse
import json
import math
import os
import statistics
import sys

try:
    import torch
    from safetensors.torch import load_file, save_file
except ImportError as error:
    sys.exit(f"record.py: {error.name} is missing: Python's packages; pip install torch safetensors numpy")

import reference

SEED, STREAMS, HIDDEN, DECAY = 1234, 64, 64, 0.01


def notebook(model, **more):
    return {"kind": "notebook", "model": model, "bptt": 3, "epochs": 2, "lr_max": 1e-3, "one_cycle": {}} | more


def lesson(cell, layers, lr_max, epochs=4):
    config = {"cell": cell, "layers": layers, "hidden": HIDDEN}
    return {"kind": "lesson", "config": config, "bptt": 20, "epochs": epochs, "lr_max": lr_max, "one_cycle": {}}


def awd(embedding, hidden, layers, dropouts, lr_max, epochs, decay):
    config = {"emb_sz": embedding, "n_hid": hidden, "n_layers": layers, "tie_weights": True, "out_bias": True}
    config |= dict(zip(("output_p", "hidden_p", "input_p", "embed_p", "weight_p"), dropouts))
    more = {"bptt": 20, "epochs": epochs, "lr_max": lr_max, "one_cycle": {"moms": [0.8, 0.7]}, "weight_decay": decay}
    return {"kind": "awd", "config": config} | more


def finder(model):
    return {"kind": "lr-find", "model": model, "bptt": 3, "start_lr": 1e-7, "end_lr": 10, "num_it": 100}


CASES = {
    "model0": notebook("model0"),
    "model1": notebook("model1"),
    "model2": notebook("model2", one_cycle={"pct_start": 0.1}),
    "model3": notebook("Model3"),
    "model3-bptt20": notebook("Model3", bptt=20, epochs=4, lr_max=3e-3),
    "lr-find-model0": finder("model0"),
    "lr-find-model2": finder("model2"),
    "lr-find-model3": finder("Model3"),
    "rnn": lesson("RNN", 1, 3e-3),
    "gru2": lesson("GRU", 2, 1e-2),
    "lstm2": lesson("LSTM", 2, 1e-2),
    "awd-lstm": awd(32, 56, 3, (0.0,) * 5, 5e-3, 4, DECAY),
    # For statistics: the notebook's own runs and lesson 7's.
    "model0-notebook": notebook("model0", epochs=6, lr_max=1e-4),
    "model1-notebook": notebook("model1", epochs=6, lr_max=1e-4),
    "model2-notebook": notebook("model2", epochs=10, lr_max=1e-5, one_cycle={"pct_start": 0.1}),
    "model3-notebook": notebook("Model3", epochs=10),
    "model3-lesson": notebook("Model3", bptt=20, epochs=20, lr_max=3e-3),
    "rnn-lesson": lesson("RNN", 1, 3e-3, 20),
    "gru2-lesson": lesson("GRU", 2, 1e-2, 10),
    "lstm2-lesson": lesson("LSTM", 2, 1e-2, 15),
    "awd-lstm-dropout": awd(64, 64, 2, (0.1, 0.15, 0.25, 0.02, 0.2), 1e-2, 15, 0.1),
}


class Run:
    """A case, done from its seed or from recorded weights: what it has left behind."""

    def __init__(self, case, init=None, seed=SEED):
        train, valid, words = reference.human_numbers()
        self.case, self.words = case, len(words)
        self.train = reference.Batches(train, STREAMS, case["bptt"])
        self.valid = reference.Batches(valid, STREAMS, case["bptt"])
        self.decay = case.get("weight_decay", DECAY)
        torch.manual_seed(seed)
        self.model = self.built()
        if init is not None:
            # The tied decoder has no tensor of its own.
            missing, other = self.model.load_state_dict(init, strict=False)
            absent = [name for name in missing if name != "decoder.weight" and "num_batches" not in name]
            if absent or other:
                sys.exit(f"record.py: init.safetensors: {', '.join(absent + other)}: not of this case")
        self.files = {"init": self.weights()}

    def built(self):
        if self.case["kind"] == "lesson":
            config = self.case["config"]
            return reference.Lesson(config["cell"], config["layers"], self.words, config["hidden"], STREAMS)
        if self.case["kind"] == "awd":
            return reference.AWDLSTM(self.case["config"], self.words, STREAMS)
        return reference.Notebook(self.case["model"], self.words, HIDDEN, STREAMS)

    def weights(self):
        """Tensors by name, as files have them."""
        tensors = {name: t.clone() for name, t in self.model.state_dict().items() if "num_batches" not in name}
        if "decoder.weight" in tensors and self.model.decoder.weight is self.model.encoder.weight:
            del tensors["decoder.weight"]
        return tensors

    def fitted(self):
        """Does the fit; returns its series."""

        def after_backward(step):
            if step == 1:
                self.files["step1-gradients"] = {n: p.grad.clone() for n, p in self.model.named_parameters()}

        def after_step(step):
            if step in (1, 10):
                self.files[f"after-step{step}"] = self.weights()

        steps = len(self.train) * self.case["epochs"]
        schedule = reference.one_cycle(steps, self.case["lr_max"], **self.case["one_cycle"])
        series = reference.fit(
            self.model, self.train, self.valid, self.case["epochs"], schedule, self.decay, after_backward, after_step)
        self.files["final"] = self.weights()
        if state := self.model.state():
            self.files["final-hidden"] = {name: t.contiguous().clone() for name, t in state.items()}
        return series

    def description(self):
        """What run.json says; the numbers under the names that it has for them."""
        case = self.case
        about = {"nv": self.words, "bs": STREAMS, "bptt": case["bptt"]}
        if case["kind"] == "lr-find":
            rates, losses, means = reference.find_rate(self.model, self.train, self.decay)
            finite = [[x if math.isfinite(x) else None for x in xs] for xs in (losses, means)]
            state = self.model.state()
            return about | {
                "model": case["model"], "nh": HIDDEN, "start_lr": 1e-7, "end_lr": 10, "num_it": 100,
                "iterations": len(rates), "train_loss_per_step": finite[0], "smoothed_loss_per_step": finite[1],
                "lr_per_step": rates, "steepest_lr": reference.steepest_rate(rates, means),
                "valley_lr": reference.valley_rate(rates, means),
                "hidden_finite": bool(state["hidden"].isfinite().all()) if state else None}
        series = self.fitted()
        about |= {name: case[name] for name in ("epochs", "lr_max", "one_cycle")}
        about |= {"weight_decay": self.decay, "seed": SEED}
        about |= {"steps_per_epoch": len(self.train), "valid_batches": len(self.valid)}
        if case["kind"] == "notebook":
            about |= {"model": case["model"], "nh": HIDDEN, "train_loss_per_step": series["loss"]}
        else:
            about |= {"kind": case["kind"], "config": case["config"], "cross_entropy_per_step": series["loss"],
                      "loss_with_regularisation_per_step": series["differentiated"]}
        return about | {
            "smoothed_loss_per_step": series["smoothed"], "lr_per_step": series["lr"],
            "momentum_per_step": series["momentum"], "valid_loss_per_epoch": series["valid"],
            "accuracy_per_epoch": series["accuracy"]}


def record(name, out):
    run = Run(CASES[name])
    about = {"case": name} | run.description()
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    for file, tensors in run.files.items():
        save_file(tensors, os.path.join(folder, file + ".safetensors"))
    with open(os.path.join(folder, "run.json"), "w", encoding="utf-8") as file:
        json.dump(about, file, separators=(",", ":"))
    print(f"{name}: {', '.join(sorted(run.files))} and run.json in {folder}")


# ---- Checking

class Comparison:
    """Differences of one case, each beside its bound; prints them as they come."""

    def __init__(self):
        self.good = True

    def expect(self, what, difference, bound):
        # A difference that is no number is not below the bound.
        good = difference <= bound
        self.good = self.good and good
        print(f"  {what:<44} {difference:9.2e}  {'within' if good else 'BEYOND'} {bound:.0e}")

    def series(self, what, ours, theirs, bound):
        """The largest relative difference."""
        same = len(ours) == len(theirs) > 0
        self.expect(what, max(abs(a - b) / abs(b) for a, b in zip(ours, theirs)) if same else math.inf, bound)


def check_fit(run, about, folder, comparison):
    ours = run.description()
    gated = run.case["kind"] != "notebook"
    loss = "cross_entropy_per_step" if gated else "train_loss_per_step"
    # The bounds for our own runs; one of PyTorch's on another CPU keeps them too.
    early = 2e-5 if gated else 3e-4 if run.case["bptt"] > 3 else 1e-4
    last = 4e-2 if run.case.get("model") in ("model0", "model1") else 5e-3 if gated else 2e-2
    comparison.series("rates", ours["lr_per_step"], about["lr_per_step"], 1e-6)
    comparison.series("momenta", ours["momentum_per_step"], about["momentum_per_step"], 1e-6)
    comparison.series("losses, steps 1 to 50", ours[loss][:50], about[loss][:50], early)
    if gated:
        name = "loss_with_regularisation_per_step"
        comparison.series("the same with AR and TAR", ours[name][:50], about[name][:50], early)
    for what, name, bound in (
        ("smoothed loss at the end", "smoothed_loss_per_step", 2e-2),
        ("validation loss at the end", "valid_loss_per_epoch", 1e-3 if gated else 2e-2),
        ("accuracy at the end", "accuracy_per_epoch", last),
    ):
        comparison.series(what, ours[name][-1:], about[name][-1:], bound)
    for file, tensors in sorted(run.files.items()):
        path = os.path.join(folder, file + ".safetensors")
        if file not in ("step1-gradients", "after-step10") or not os.path.exists(path):
            continue
        theirs = load_file(path)
        pairs = {name: (tensors[name], t) for name, t in theirs.items()}
        if file == "step1-gradients":
            # A cell's bias sums B · T rows that nearly cancel: gru2's recorded one is itself 1.8e-5 off the Float64 sum.
            for what, biases, bound in (("", False, 1e-5), (", cells' biases", True, 5e-5)):
                chosen = [pair for name, pair in pairs.items() if (".bias_" in name) == biases]
                if chosen:
                    worst = max(((a - b).abs().max() / b.abs().max()).item() for a, b in chosen)
                    comparison.expect(f"gradients of step 1{what}", worst, bound)
        else:
            worst = max((a - b).pow(2).mean().sqrt().item() for a, b in pairs.values())
            comparison.expect("weights after step 10, root mean square", worst, 1e-5 if gated else 1e-4)
            comparison.expect(
                "weights after step 10, largest", max((a - b).abs().max().item() for a, b in pairs.values()),
                5e-4 if gated else 1e-4)


def check_finder(run, about, comparison):
    ours = run.description()
    means = [math.inf if x is None else x for x in about["smoothed_loss_per_step"]]
    lowest = means.index(min(means)) + 1
    comparison.expect("steps", abs(ours["iterations"] - about["iterations"]), 3)
    comparison.series("rates", ours["lr_per_step"][:lowest], about["lr_per_step"][:lowest], 1e-6)
    comparison.series("smoothed losses to the lowest", ours["smoothed_loss_per_step"][:lowest], means[:lowest], 1e-3)
    comparison.series("steepest", [ours["steepest_lr"]], [about["steepest_lr"]], 1e-6)


def check(folder):
    """Whether the case in the folder comes out again."""
    name = os.path.basename(os.path.normpath(folder))
    if name not in CASES:
        sys.exit(f"record.py: {folder}: no case of that name; record.py --list has them")
    with open(os.path.join(folder, "run.json"), encoding="utf-8") as file:
        about = json.load(file)
    keys = ("bptt", "epochs", "lr_max", "one_cycle", "weight_decay")
    case = CASES[name] | {key: about[key] for key in keys if key in about}
    run, comparison = Run(case, load_file(os.path.join(folder, "init.safetensors"))), Comparison()
    print(f"{name}:")
    if case["kind"] == "lr-find":
        check_finder(run, about, comparison)
    else:
        check_fit(run, about, folder, comparison)
    return comparison.good


# ---- Statistics

def statistic(name, seeds=12):
    """Mean, standard deviation, least and largest value over the seeds, of the last epoch."""
    ends = {"train_loss": [], "valid_loss": [], "accuracy": []}
    for seed in range(1, seeds + 1):
        series = Run(CASES[name], seed=seed).fitted()
        for end, values in zip(ends.values(), (series["smoothed"], series["valid"], series["accuracy"])):
            end.append(values[-1])
    return {"seeds": seeds} | {
        key: {"mean": round(statistics.mean(v), 5), "sd": round(statistics.stdev(v), 5), "min": round(min(v), 5),
              "max": round(max(v), 5)} for key, v in ends.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="CASE|DIR")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--statistics", action="store_true")
    parser.add_argument("--list", action="store_true")
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("--out", default=os.path.join(root, ".build", "golden"))
    options = parser.parse_args()
    # More threads sum in another order.
    torch.set_num_threads(1)
    if options.list:
        print(*CASES, sep="\n")
        return
    if not options.names:
        parser.error("no case is named; --list shows them")
    if options.check:
        sys.exit(0 if all([check(folder) for folder in options.names]) else 1)
    unknown = [name for name in options.names if name not in CASES]
    if unknown:
        parser.error(f"no case {', '.join(unknown)}; --list shows them")
    if options.statistics:
        print(json.dumps({name: statistic(name) for name in options.names}, indent=1))
        return
    for name in options.names:
        record(name, options.out)


if __name__ == "__main__":
    main()
