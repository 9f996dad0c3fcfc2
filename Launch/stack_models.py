"""dist-train's models rnn, gru, lstm and awd-lstm as torch.nn modules, and the names of their tensors in other state dicts.

A file of weights has one tensor for each parameter: `encoder.weight`, `rnns.K.weight_ih_l0` and so on for layer K, `batch_norm.*`
unless the model has no norm, `decoder.weight` unless it is tied to the encoder, `decoder.bias`. Their shapes tell all sizes.
"""
import itertools
import re

import torch
import torch.nn as nn

LAYERS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM, "awd-lstm": nn.LSTM}


class StackModel(nn.Module):
    """Embedding, recurrent layers, BatchNorm or none, and a linear layer for every token. Each layer's state is carried on from call to
    call; it starts from zero. There is no dropout: it is for evaluation, and for its state dict."""

    def __init__(self, kind, tensors):
        """The model of that kind with the sizes of a file's `tensors`, and with their values."""
        super().__init__()
        vocabulary, width = tensors["encoder.weight"].shape
        self.encoder = nn.Embedding(vocabulary, width)
        self.rnns = nn.ModuleList()
        for layer in itertools.takewhile(lambda k: f"rnns.{k}.weight_hh_l0" in tensors, itertools.count()):
            inputs, hidden = (tensors[f"rnns.{layer}.{name}"].shape[1] for name in ("weight_ih_l0", "weight_hh_l0"))
            self.rnns.append(LAYERS[kind](inputs, hidden, batch_first=True))
            width = hidden
        self.batch_norm = nn.BatchNorm1d(width) if "batch_norm.weight" in tensors else None
        self.decoder = nn.Linear(width, vocabulary)
        self.is_tied = "decoder.weight" not in tensors
        if self.is_tied:
            self.decoder.weight = self.encoder.weight
        self.states = [None] * len(self.rnns)

    def forward(self, x):
        """The logits of each token's successor, (batch, bptt, vocabulary), for tokens (batch, bptt)."""
        h = self.encoder(x)
        for layer, rnn in enumerate(self.rnns):
            h, state = rnn(h, self.states[layer])
            self.states[layer] = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        if self.batch_norm is not None:
            h = self.batch_norm(h.flatten(0, 1)).view_as(h)
        return self.decoder(h)

    def begin(self, states):
        """Takes each layer's state, (streams, width), by its name in a file: `rnns.K.hidden`, and of an LSTM `rnns.K.cell`."""
        for layer, rnn in enumerate(self.rnns):
            parts = [states[name][None] for name in (f"rnns.{layer}.hidden", f"rnns.{layer}.cell") if name in states]
            if parts:
                self.states[layer] = tuple(parts) if isinstance(rnn, nn.LSTM) else parts[0]

    def derived_names(self):
        """Names of the state dict that a file doesn't have."""
        return {"batch_norm.num_batches_tracked"} | ({"decoder.weight"} if self.is_tied else set())


def to_fastai(state):
    """The state dict of fastai v1's AWD_LSTM with its head, `get_language_model(AWD_LSTM, …)`, from a StackModel's.

    fastai has the hidden-to-hidden weights twice, with and without dropout's mask, and the encoder's under both names."""
    result = {}
    for name, tensor in state.items():
        layer, _, parameter = name.rpartition(".")
        if name == "encoder.weight":
            result["0.encoder.weight"] = result["0.encoder_dp.emb.weight"] = tensor
        elif parameter == "weight_hh_l0":
            result[f"0.{layer}.weight_hh_l0_raw"] = result[f"0.{layer}.module.weight_hh_l0"] = tensor
        elif layer.startswith("rnns."):
            result[f"0.{layer}.module.{parameter}"] = tensor
        else:
            result[f"1.{name}"] = tensor
    return result


def is_stack(state):
    """Whether a state dict is of a model with recurrent layers: fastai's, lesson 7's, or a StackModel's."""
    return any("weight_hh_l" in name for name in state)


def from_state(state):
    """(model, tensors by a file's names) of a state dict: fastai's AWD_LSTM, a StackModel's, or that of lesson 7's Model4 and Model5
    with `i_h`, `rnn`, `bn` and `h_o`."""
    is_fastai = "0.encoder.weight" in state
    tensors = {}
    for name, tensor in state.items():
        if is_fastai:
            if name.endswith(".module.weight_hh_l0") or name.startswith("0.encoder_dp."):
                continue
            name = name.partition(".")[2].replace(".module.", ".").replace("_raw", "")
        name = re.sub(r"^rnn\.(\w+)_l(\d+)$", r"rnns.\2.\1_l0", name)
        for theirs, ours in (("i_h.", "encoder."), ("h_o.", "decoder."), ("bn.", "batch_norm.")):
            if name.startswith(theirs):
                name = ours + name[len(theirs):]
        if not name.endswith("num_batches_tracked"):
            tensors[name] = tensor.float().contiguous()
    if torch.equal(tensors["encoder.weight"], tensors["decoder.weight"]):
        del tensors["decoder.weight"]
    rows, columns = tensors["rnns.0.weight_hh_l0"].shape
    kind = "awd-lstm" if is_fastai else {1: "rnn", 3: "gru", 4: "lstm"}[rows // columns]
    return kind, tensors
