"""Trains the single-kana network in PyTorch on a folder of pages and prints its dev and test accuracy as JSON; minutes."""
import argparse
import json
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import pages


def network(classes):
    layers, channels = [], 1
    for filters in (64, 96, 128, 160):
        layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        channels = filters
    layers += [nn.Flatten(), nn.Linear(2560, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, classes)]
    for layer in layers:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def accuracy(model, images, labels):
    with torch.inference_mode():
        guesses = torch.cat([model(part).argmax(1) for part in images.split(64)])
    return float((guesses == labels).float().mean())


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", required=True)
    arguments.add_argument("--epochs", type=int, default=30)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    torch.manual_seed(chosen.seed)
    torch.set_num_threads(os.cpu_count())
    order = np.random.default_rng(chosen.seed)
    characters, ids = pages.split(chosen.data)
    sets = {}
    for name, members in characters.items():
        images, labels = pages.arrays(members, ids)
        sets[name] = torch.tensor(images).contiguous(memory_format=torch.channels_last), torch.tensor(labels)
    model = network(len(ids) + pages.RESERVED)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.96, weight_decay=2e-4)
    images, labels = sets["train"]
    for _ in range(chosen.epochs):
        shuffled = torch.tensor(order.permutation(len(images)))
        for batch in shuffled[:len(shuffled) // 32 * 32].split(32):
            optimizer.zero_grad()
            F.cross_entropy(model(images[batch]), labels[batch]).backward()
            optimizer.step()
    print(json.dumps({"dev": accuracy(model, *sets["dev"]), "test": accuracy(model, *sets["test"]),
                      "sizes": {name: len(members) for name, members in characters.items()}}))


if __name__ == "__main__":
    main()
