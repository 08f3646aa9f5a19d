"""One training step of ResNet-18 and ResNet-20 in PyTorch: the numbers in ResNetStepTest.

    python3 resnet_step.py

The nets are written out here as torchvision lays them out. Weights, inputs and labels are a formula of
their index (`values`), so that another program makes the same ones.
"""
import numpy
import torch
from torch import nn


def values(key, count):
    """Numbers in [-1, 1): the finaliser of MurmurHash3 over a counter, 24 bits of it."""
    x = numpy.arange(count, dtype=numpy.uint32) + numpy.uint32(key * 0x9E3779B9 & 0xFFFFFFFF)
    x ^= x >> numpy.uint32(16)
    x *= numpy.uint32(0x85EBCA6B)
    x ^= x >> numpy.uint32(13)
    x *= numpy.uint32(0xC2B2AE35)
    x ^= x >> numpy.uint32(16)
    return (x >> numpy.uint32(8)).astype(numpy.float64) * 2.0**-23 - 1


class BasicBlock(nn.Module):
    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or inputs != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x):
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (y + (x if self.downsample is None else self.downsample(x))).relu()


def stage(inputs, channels, blocks, stride):
    first = BasicBlock(inputs, channels, stride)
    return nn.Sequential(first, *[BasicBlock(channels, channels, 1) for _ in range(blocks - 1)])


class ResNet18(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = stage(64, 64, 2, 1)
        self.layer2 = stage(64, 128, 2, 2)
        self.layer3 = stage(128, 256, 2, 2)
        self.layer4 = stage(256, 512, 2, 2)
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        x = self.maxpool(self.bn1(self.conv1(x)).relu())
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


class ResNet20(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = stage(16, 16, 3, 1)
        self.layer2 = stage(16, 32, 3, 2)
        self.layer3 = stage(32, 64, 3, 2)
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.bn1(self.conv1(x)).relu())))
        return self.fc(x.mean((2, 3)))


def fill(model):
    for key, (name, parameter) in enumerate(model.named_parameters()):
        u = values(key + 1, parameter.numel()).reshape(parameter.shape)
        if parameter.dim() > 1:  # uniform with variance 2 / fan-in
            filled = u * (6 / (parameter.numel() / parameter.shape[0])) ** 0.5
        elif name.endswith("weight"):  # of batch norm
            filled = 1 + 0.1 * u
        else:
            filled = 0.1 * u
        parameter.data = torch.tensor(filled, dtype=torch.float32)


def step(name, model, batch, size, classes):
    fill(model)
    x = torch.tensor(values(0, batch * 3 * size * size), dtype=torch.float32)
    x = x.reshape(batch, 3, size, size)
    labels = torch.arange(batch) % classes
    parameters = dict(model.named_parameters())
    print(f"{name}: {sum(p.numel() for p in parameters.values()):,} parameters, batch {batch} of {size} x {size}")
    sgd = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    criterion = nn.CrossEntropyLoss()
    model.train()
    before = criterion(model(x), labels)
    before.backward()
    sgd.step()
    print(f"  loss before {before.item():.7f}")
    with torch.no_grad():
        model.eval()
        print(f"  after, by running statistics {criterion(model(x), labels).item():.7f}")
        model.train()
        print(f"  after, by those of the batch {criterion(model(x), labels).item():.7f}")
    last = max(n for n in parameters if n.startswith("layer") and "conv2" in n)
    for path in ["conv1.weight", "bn1.weight", "layer2.0.downsample.0.weight", last, "fc.weight", "fc.bias"]:
        first = parameters[path].detach().flatten()[:4].tolist()
        moved = torch.tensor(fill_of(model, path)).flatten()
        change = (parameters[path].detach().flatten().double() - moved).norm().item()
        print(f"  {path} {[round(v, 7) for v in first]} moved by {change:.7f}")


def fill_of(model, path):
    names = [name for name, _ in model.named_parameters()]
    parameter = dict(model.named_parameters())[path]
    u = values(names.index(path) + 1, parameter.numel())
    if parameter.dim() > 1:
        return u * (6 / (parameter.numel() / parameter.shape[0])) ** 0.5
    return (1 if path.endswith("weight") else 0) + 0.1 * u


torch.set_num_threads(1)
step("ResNet-20", ResNet20(10), 4, 32, 10)
step("ResNet-18", ResNet18(10), 2, 64, 10)
print(f"ResNet-18 for 1,000 classes: {sum(p.numel() for p in ResNet18(1000).parameters()):,} parameters")
