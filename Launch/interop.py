#!/usr/bin/env python3
"""Weights of dist-train in PyTorch, and back. Needs torch, safetensors and numpy.

    interop.py evaluate model.safetensors [--data DIR]      the torch.nn model with these weights, measured as
                                                            `dist-train evaluate --json` measures
                                                            (weights: a run's model.safetensors, or its `best`)
    interop.py to-torch model.safetensors model.pt          a state dict for torch.load; of awd-lstm, that of fastai v1's
                                                            AWD_LSTM with its language-model head
    interop.py from-torch model.pt model.safetensors        a state dict as a file for `dist-train evaluate --weights`
"""
import argparse, json, math, sys

try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file
except ImportError as error:
    sys.exit(f"interop.py: {error.name} is missing: Python's packages; pip install torch safetensors numpy")

from stack_models import LAYERS, StackModel, from_state, is_stack, to_fastai

KINDS = ["model0", "model1", "model2", "model3", *LAYERS]


# The notebook's models. The hidden state of model3 is carried from batch to batch.
class Model(nn.Module):
    def __init__(self, kind, vocabulary, hidden, batch_size=64):
        super().__init__()
        self.kind, self.hidden = kind, hidden
        self.input_to_hidden = nn.Embedding(vocabulary, hidden)
        self.hidden_to_hidden = nn.Linear(hidden, hidden)
        self.hidden_to_output = nn.Linear(hidden, vocabulary)
        self.batch_norm = nn.BatchNorm1d(hidden)
        self.h = torch.zeros(batch_size, hidden)

    def forward(self, x):
        """The logits of each token's successor (batch, bptt, vocabulary); of model0 and model1 the last one's alone, (batch, 1, vocabulary)."""
        if self.kind == "model0":
            h = self.batch_norm(F.relu(self.input_to_hidden(x[:, 0])))
            for i in range(1, min(3, x.shape[1])):
                h = h + self.input_to_hidden(x[:, i])
                h = self.batch_norm(F.relu(self.hidden_to_hidden(h)))
            return self.hidden_to_output(h)[:, None]
        h = self.h if self.kind == "model3" else torch.zeros(x.shape[0], self.hidden)
        results = []
        for i in range(x.shape[1]):
            h = h + self.input_to_hidden(x[:, i])
            h = F.relu(self.hidden_to_hidden(h))
            if self.kind == "model1":
                h = self.batch_norm(h)
            else:
                results.append(self.batch_norm(h))
        if self.kind == "model1":
            return self.hidden_to_output(h)[:, None]
        if self.kind == "model3":
            self.h = h.detach()
        return self.hidden_to_output(torch.stack(results, dim=1))


# Human numbers, as fastai reads them: lines joined by commas, behind xxbos.
ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen""".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SPECIALS = "xxunk xxpad xxbos xxeos xxfld xxmaj xxup xxrep xxwrep".split()


def spelled(number):
    words = []
    if number >= 1000:
        words += [ONES[number // 1000], "thousand"]
    if number % 1000 >= 100:
        words += [ONES[number % 1000 // 100], "hundred"]
    rest = number % 100
    if rest >= 20:
        words.append(TENS[rest // 10 - 2])
        rest %= 10
    return words + ([ONES[rest]] if rest else [])


def human_numbers(first, last):
    words = ["xxbos"]
    for number in range(first, last + 1):
        words += ([","] if number > first else []) + spelled(number)
    return words


def human_vocabulary():
    counts = {}
    for word in human_numbers(1, 7999):
        counts[word] = counts.get(word, 0) + 1
    kept = sorted((w for w in counts if counts[w] > 1 and w not in SPECIALS), key=lambda w: -counts[w])
    return SPECIALS + kept + ["xxfake"] * (-len(SPECIALS + kept) % 8)


def metadata(path):
    with safe_open(path, "pt") as file:
        return file.metadata() or {}


def load(path, kind, batch_size):
    """The model of a file of weights; what only training knows stays as it is."""
    tensors, facts = load_file(path), metadata(path)
    kind = kind or facts.get("model", "model3")
    if kind in LAYERS:
        model = StackModel(kind, tensors)
        derived = model.derived_names()
    else:
        model = Model(kind, *tensors["input_to_hidden.weight"].shape, batch_size)
        derived = {"batch_norm.num_batches_tracked"}
    own = {name: tensors[name] for name in model.state_dict() if name in tensors}
    missing = set(model.load_state_dict(own, strict=False).missing_keys) - derived
    if missing:
        sys.exit(f"interop.py: weights without {sorted(missing)[0]}: {path}; give a model.safetensors of dist-train")
    return model.eval(), facts


def begin(model, tensors):
    """Gives a model the state that its run's validation began with, where the file has one."""
    states = {name.removeprefix("validation_state."): tensor for name, tensor in tensors.items() if name.startswith("validation_state.")}
    if isinstance(model, StackModel):
        model.begin(states)
    elif states:
        (model.h,) = states.values()


def valid_tokens(facts, data):
    """The ids of the validation text: of token files, or of the human numbers."""
    if data:
        return load_file(f"{data}/valid.tokens")["tokens"].long()
    vocabulary = json.loads(facts["vocabulary"]) if "vocabulary" in facts else human_vocabulary()
    if vocabulary != human_vocabulary():
        sys.exit("interop.py: the weights are of another text than the human numbers: --data; give its token files' directory")
    ids = {word: id for id, word in enumerate(vocabulary)}
    return torch.tensor([ids.get(word, 0) for word in human_numbers(8001, 9999)])


def evaluate(path, kind, data, batch_size, bptt):
    """Loss and accuracy over the validation text: by the run's own streams, which begin with the state that its validation began with, as
    far as the file has them."""
    run = json.loads(metadata(path).get("configuration", "{}"))
    batch_size, bptt = batch_size or run.get("batch-size", 64), bptt or run.get("bptt", 3)
    model, facts = load(path, kind, batch_size)
    if run.get("batch-size") == batch_size:
        begin(model, load_file(path))
    ids = valid_tokens(facts, data)
    count = len(ids)
    starts = torch.tensor([int(count / batch_size * stream) for stream in range(batch_size)])
    steps = math.ceil(count / (bptt * batch_size))
    loss = correct = 0.0
    with torch.no_grad():
        for step in range(steps):
            places = (starts[:, None] + step * bptt + torch.arange(bptt + 1)[None]) % count
            rows = ids[places]
            logits = model(rows[:, :-1])
            targets = rows[:, 1:][:, -logits.shape[1]:]
            loss += F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()
            correct += (logits.argmax(dim=2) == targets).float().mean().item()
    loss, accuracy = loss / steps, correct / steps
    return {"valid_loss": loss, "accuracy": accuracy, "perplexity": math.exp(loss)}


def notebook_tensors(state):
    """Tensors by a file's names. Names of the notebook's Model3 are those of its model3, too."""
    short = {"i_h": "input_to_hidden", "h_h": "hidden_to_hidden", "h_o": "hidden_to_output", "bn": "batch_norm"}
    tensors = {}
    for name, tensor in state.items():
        layer, _, rest = name.partition(".")
        if rest and rest != "num_batches_tracked":
            tensors[f"{short.get(layer, layer)}.{rest}"] = tensor.float().contiguous()
    return tensors


def from_torch(source, target, kind, like):
    facts = metadata(like) if like else {"tokenizer": "lines", "vocabulary": json.dumps(human_vocabulary())}
    state = torch.load(source, weights_only=True)
    found, tensors = from_state(state) if is_stack(state) else (facts.get("model", "model3"), notebook_tensors(state))
    size = len(json.loads(facts["vocabulary"]))
    rows = len(tensors["encoder.weight" if is_stack(state) else "input_to_hidden.weight"])
    if size != rows:
        sys.exit(f"interop.py: the vocabulary has {size} tokens: {like or 'human numbers'}; give --like a file of this model's vocabulary")
    kept = {name: facts[name] for name in ("tokenizer", "vocabulary") if name in facts}
    save_file(tensors, target, {"model": kind or found, **kept})


def to_torch(source, target, kind):
    model, facts = load(source, kind, 64)
    state = model.state_dict()
    torch.save(to_fastai(state) if (kind or facts.get("model")) == "awd-lstm" else state, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, files in (("evaluate", ["weights"]), ("to-torch", ["weights", "state"]), ("from-torch", ["state", "weights"])):
        command = commands.add_parser(name)
        for file in files:
            command.add_argument(file)
        command.add_argument("--model", choices=KINDS, help="the file's own, or model3")
        if name == "evaluate":
            command.add_argument("--data", help="a directory of token files; without it, the human numbers")
            command.add_argument("--batch-size", type=int, help="the run's, or 64")
            command.add_argument("--bptt", type=int, help="the run's, or 3")
        if name == "from-torch":
            command.add_argument("--like", help="a file whose vocabulary the model has; without it, that of the human numbers")
    given = parser.parse_args()
    if given.command == "evaluate":
        print(json.dumps(evaluate(given.weights, given.model, given.data, given.batch_size, given.bptt)))
    elif given.command == "to-torch":
        to_torch(given.weights, given.state, given.model)
        print(f"wrote {given.state}: torch.load(..., weights_only=True)")
    else:
        from_torch(given.state, given.weights, given.model, given.like)
        print(f"wrote {given.weights}: dist-train evaluate --weights {given.weights}")


if __name__ == "__main__":
    try:
        main()
    except (OSError, KeyError, ValueError) as error:
        sys.exit(f"interop.py: {error}: {' '.join(sys.argv[1:])}; give files that dist-train has written")
