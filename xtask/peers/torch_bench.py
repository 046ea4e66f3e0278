#!/usr/bin/env python3
"""One workload of `cargo xtask bench` on PyTorch or onnxruntime, a step at a time.

    python torch_bench.py probe                          versions, a line each
    python torch_bench.py MODE WORKLOAD --threads N      MODE: eager, channels_last, onnxruntime

The protocol is that of xtask/src/bench/worker.rs: `ready` when all is prepared, the milliseconds of one step for each
line `run`, and the peak memory in MiB when the input ends. Networks and steps are those of xtask/src/bench/engines, as a
user of PyTorch would write them. The memory of onnxruntime is that of a process that has PyTorch loaded too, since PyTorch
exports the network.
"""

import argparse
import io
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

BATCH, GAN_SIDE, SCALE = 16, 24, 3
LEARNING_RATE, REAL, ADVERSARIAL_WEIGHT = 1e-4, 0.9, 1e-3


def conv(channels_in, channels_out, kernel, stride=1):
    return nn.Conv2d(channels_in, channels_out, kernel, stride=stride, padding=kernel // 2)


def srcnn(channels, middle):
    return nn.Sequential(
        conv(channels, 64, 9), nn.ReLU(), conv(64, 32, middle), nn.ReLU(), conv(32, channels, 5)
    )


class Generator(nn.Module):
    """SRResNet without batch normalisation; the input is added, each pixel repeated."""

    def __init__(self, features=32, blocks=6):
        super().__init__()
        self.head = conv(3, features, 3)
        self.body = nn.ModuleList(
            nn.Sequential(conv(features, features, 3), nn.ReLU(), conv(features, features, 3))
            for _ in range(blocks)
        )
        self.tail = conv(features, 3 * SCALE**2, 3)

    def forward(self, lr):
        features = self.head(lr)
        for block in self.body:
            features = features + block(features)
        repeated = F.interpolate(lr, scale_factor=SCALE, mode="nearest")
        return F.pixel_shuffle(self.tail(features), SCALE) + repeated


class Discriminator(nn.Module):
    """Four convolutions of stride 2, the mean over all pixels, one number."""

    def __init__(self, widths=(32, 64, 64, 128)):
        super().__init__()
        self.convs = nn.ModuleList(conv(i, o, 3, stride=2) for i, o in zip((3, *widths), widths))
        self.head = nn.Linear(widths[-1], 1)

    def forward(self, images):
        for layer in self.convs:
            images = F.leaky_relu(layer(images), 0.2)
        return self.head(images.mean((2, 3)))


def train_srcnn(channels, middle, side):
    def prepare(layout):
        net = srcnn(channels, middle).to(memory_format=layout)
        xs, hr = (torch.rand(BATCH, channels, side, side).to(memory_format=layout) for _ in range(2))
        adam = torch.optim.Adam(net.parameters(), LEARNING_RATE)

        def step():
            adam.zero_grad()
            loss = F.mse_loss(net(xs), hr)
            loss.backward()
            adam.step()
            loss.item()

        return step

    return prepare


def train_srgan(layout):
    generator = Generator().to(memory_format=layout)
    discriminator = Discriminator().to(memory_format=layout)
    lr = torch.rand(BATCH, 3, GAN_SIDE, GAN_SIDE).to(memory_format=layout)
    hr = torch.rand(BATCH, 3, SCALE * GAN_SIDE, SCALE * GAN_SIDE).to(memory_format=layout)
    adam_g = torch.optim.Adam(generator.parameters(), LEARNING_RATE)
    adam_d = torch.optim.Adam(discriminator.parameters(), LEARNING_RATE)
    bce = F.binary_cross_entropy_with_logits

    def step():
        discriminator.requires_grad_(True)
        with torch.no_grad():
            sr = generator(lr)
        adam_d.zero_grad()
        of_hr, of_sr = discriminator(hr), discriminator(sr)
        judged = bce(of_hr, torch.full_like(of_hr, REAL)) + bce(of_sr, torch.zeros_like(of_sr))
        judged.backward()
        adam_d.step()

        # The generator's step needs no gradients of the discriminator's weights, and no engine here computes them.
        discriminator.requires_grad_(False)
        adam_g.zero_grad()
        sr = generator(lr)
        of_sr = discriminator(sr)
        loss = F.l1_loss(sr, hr) + ADVERSARIAL_WEIGHT * bce(of_sr, torch.ones_like(of_sr))
        loss.backward()
        adam_g.step()
        (judged + loss).item()

    return step


TRAININGS = {
    "train_srcnn_915_y_33": train_srcnn(1, 1, 33),
    "train_srcnn_955_y_33": train_srcnn(1, 5, 33),
    "train_srcnn_955_rgb_33": train_srcnn(3, 5, 33),
    "train_srcnn_955_y_96": train_srcnn(1, 5, 96),
    "train_srgan_x3_24": train_srgan,
}

INFERENCES = {
    "infer_srcnn_915_y_512": (lambda: srcnn(1, 1), (1, 1, 512, 512)),
    "infer_srcnn_955_y_512": (lambda: srcnn(1, 5), (1, 1, 512, 512)),
    "infer_srcnn_955_y_1024": (lambda: srcnn(1, 5), (1, 1, 1024, 1024)),
    "infer_generator_x3_256": (Generator, (1, 3, 256, 256)),
}


def infer_torch(net, xs, layout):
    net, xs = net.eval().to(memory_format=layout), xs.to(memory_format=layout)

    def step():
        with torch.inference_mode():
            net(xs)

    return step


def infer_onnxruntime(net, xs, threads):
    import onnxruntime

    model = io.BytesIO()
    torch.onnx.export(net.eval(), (xs,), model, input_names=["xs"], output_names=["sr"], dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model.getvalue(), options, providers=["CPUExecutionProvider"])
    inputs = {"xs": xs.numpy()}
    return lambda: session.run(None, inputs)


def prepare(mode, workload, threads):
    layout = torch.channels_last if mode == "channels_last" else torch.contiguous_format
    if workload in TRAININGS:
        return TRAININGS[workload](layout)
    make_net, shape = INFERENCES[workload]
    net, xs = make_net(), torch.rand(*shape)
    return infer_onnxruntime(net, xs, threads) if mode == "onnxruntime" else infer_torch(net, xs, layout)


def peak_rss_mib():
    try:
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
    except OSError:
        return "unknown"
    return f"{int(line.split()[1]) / 1024:.1f}"


def probe():
    print("torch", torch.__version__)
    try:
        import onnxruntime

        print("onnxruntime", onnxruntime.__version__)
    except ImportError:
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["probe", "eager", "channels_last", "onnxruntime"])
    parser.add_argument("workload", nargs="?", choices=[*TRAININGS, *INFERENCES])
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    if args.mode == "probe":
        return probe()
    torch.set_num_threads(args.threads)
    step = prepare(args.mode, args.workload, args.threads)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        step()
        print(f"{(time.perf_counter() - start) * 1e3:.4f}", flush=True)
    print(peak_rss_mib(), flush=True)


if __name__ == "__main__":
    main()
