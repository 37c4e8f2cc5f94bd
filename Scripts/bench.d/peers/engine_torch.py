"""Medians of PyTorch: training steps, inference, LSTM and CTC in float32, channels last, all cores; a minute."""
import os

import torch
from torch import nn
from torch.nn import functional as F

from engine_common import Report, normal, uniform
import reference
import seq_kana3_reference as seq
import single_kana_reference as single


class Convolutions(nn.Sequential):
    def __init__(self, weights):
        layers, channels = [], 1
        for index, filters in enumerate(reference.FILTERS):
            layer = nn.Conv2d(channels, filters, 3, padding=1)
            with torch.no_grad():
                layer.weight.copy_(torch.tensor(weights["conv%d/kernel" % index]).permute(3, 2, 0, 1))
                layer.bias.zero_()
            layers += [layer, nn.ReLU(), nn.MaxPool2d(2)]
            channels = filters
        super().__init__(*layers)


def dense(weights, name):
    kernel = torch.tensor(weights[name + "/kernel"])
    layer = nn.Linear(*kernel.shape)
    with torch.no_grad():
        layer.weight.copy_(kernel.t())
        layer.bias.zero_()
    return layer


class SingleKana(nn.Module):
    def __init__(self):
        super().__init__()
        weights = reference.weights(single.VARIABLES)
        self.convolutions = Convolutions(weights)
        self.dense1, self.dense2, self.logits = (dense(weights, name) for name in ("dense1", "dense2", "logits"))

    def forward(self, images):
        x = self.convolutions(images).permute(0, 2, 3, 1).flatten(1)
        return self.logits(F.relu(self.dense2(F.relu(self.dense1(x)))))


def bidirectional(weights):
    """Two layers of torch.nn.LSTM with the kernels of TensorFlow's cell (gates i, j, f, o; 1 added to the forget gate)."""
    units = seq.UNITS
    layers = nn.LSTM(4 * 160, units, 2, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for depth in (0, 1):
            for way, suffix in (("fw", ""), ("bw", "_reverse")):
                gates = torch.tensor(weights["BLSTM_%d/%s/basic_lstm_cell/kernel" % (depth, way)]).chunk(4, 1)
                kernel = torch.cat([gates[k] for k in (0, 2, 1, 3)], 1).t()
                tail = "_l%d%s" % (depth, suffix)
                getattr(layers, "weight_ih" + tail).copy_(kernel[:, :-units])
                getattr(layers, "weight_hh" + tail).copy_(kernel[:, -units:])
                getattr(layers, "bias_hh" + tail).zero_()
                getattr(layers, "bias_ih" + tail).zero_()[units:2 * units] = 1
    return layers


class SequenceOfKana(nn.Module):
    def __init__(self):
        super().__init__()
        weights = reference.weights(seq.VARIABLES)
        self.convolutions = Convolutions(weights)
        self.layers = bidirectional(weights)
        self.logits = dense(weights, "logits")

    def forward(self, images):
        x = self.convolutions(images).permute(0, 2, 3, 1).flatten(2)  # time is the height of the picture
        return self.logits(self.layers(x)[0])


def batch(length):
    images, labels = next(reference.batches(1, 32, length))
    images = torch.tensor(images).permute(0, 3, 1, 2)
    return images.contiguous(memory_format=torch.channels_last), torch.tensor(labels)


def ctc(logits, labels):
    count, times, classes = logits.shape
    return F.ctc_loss(logits.log_softmax(2).transpose(0, 1), labels, torch.full((count,), times),
                      torch.full((count,), labels.shape[1]), blank=classes - 1, reduction="none").mean()


def training(model, optimizer, loss):
    def step():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    return step


def add_training(report):
    model, (images, labels) = SingleKana().to(memory_format=torch.channels_last), batch(1)
    loss = lambda: F.cross_entropy(model(images), labels[:, 0])
    check = loss().item()
    optimizer = torch.optim.SGD(model.parameters(), lr=single.RATE, momentum=single.MOMENTUM, weight_decay=single.DECAY)
    report.add("single_kana_train_b32", training(model, optimizer, loss), check)
    report.add_memory("single_kana_train_b32_memory")

    if not report.wants("seq_kana3_train_b32"):
        return
    model2, (long, triples) = SequenceOfKana().to(memory_format=torch.channels_last), batch(3)
    loss = lambda: ctc(model2(long), triples)
    check = loss().item()
    optimizer = torch.optim.Adam(model2.parameters(), lr=seq.RATE, weight_decay=seq.DECAY)
    report.add("seq_kana3_train_b32", training(model2, optimizer, loss), check)
    report.add_memory("seq_kana3_train_b32_memory")


def add_inference(report):
    model, images = SingleKana().to(memory_format=torch.channels_last), batch(1)[0]
    with torch.inference_mode():
        for count in (1, 64):
            some = torch.cat([images, images])[:count].contiguous(memory_format=torch.channels_last)
            report.add("single_kana_infer_b%d" % count, lambda: model(some), model(some)[0].abs().sum())


def add_lstm(report):
    layers = bidirectional(reference.weights(seq.VARIABLES))
    for times in (12, 24, 100):
        x = torch.tensor(uniform(32, times, 640)).requires_grad_()
        leaves = [*layers.parameters(), x]
        report.add("bilstm_2x100_t%d_b32" % times, lambda: torch.autograd.grad(layers(x)[0].sum(), leaves),
                   layers(x)[0].abs().sum().item())


def add_ctc(report):
    for times, classes, length in ((12, 71, 3), (100, 5000, 20)):
        if not report.wants("ctc_t%d_c%d_b32" % (times, classes)):
            continue
        logits = torch.tensor(normal(1, 32, times, classes)).requires_grad_()
        labels = (torch.arange(32 * length) * 7 % (classes - 1)).reshape(32, length)
        report.add("ctc_t%d_c%d_b32" % (times, classes), lambda: torch.autograd.grad(ctc(logits, labels), logits),
                   ctc(logits, labels).item())


if __name__ == "__main__":
    torch.set_num_threads(os.cpu_count())
    report = Report()
    add_training(report)
    add_inference(report)
    add_lstm(report)
    add_ctc(report)
    report.show()
