"""Turns the weights of a .pth file, as torch.save writes them, into a safetensors file, which Plumage reads.

    python3 crates/models/scripts/pth_to_safetensors.py IN.pth OUT.safetensors [--rename OLD=NEW]...

Nothing of the file is run: it is read with weights_only=True. Needs torch and safetensors.
"""

import argparse

import safetensors.torch
import torch

# Where tools keep the weights of a network within a file, the best first.
PLACES = ("params_ema", "params", "state_dict", "model")


def weights(path):
    """The floating-point tensors of the file by name, as float32."""
    content = torch.load(path, map_location="cpu", weights_only=True)
    place = next((place for place in PLACES if isinstance(content.get(place), dict)), None)
    tensors = content[place] if place else content
    return {
        name: tensor.detach().to(torch.float32).contiguous().clone()
        for name, tensor in tensors.items()
        if isinstance(tensor, torch.Tensor) and tensor.is_floating_point()
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("input", metavar="IN.pth")
    parser.add_argument("output", metavar="OUT.safetensors")
    parser.add_argument("--rename", action="append", default=[], metavar="OLD=NEW", help="give a tensor another name")
    arguments = parser.parse_args()
    tensors = weights(arguments.input)
    if not tensors:
        raise SystemExit(f"{arguments.input} holds no weights")
    for change in arguments.rename:
        old, _, new = change.partition("=")
        if old not in tensors or not new:
            raise SystemExit(f"--rename {change}: give OLD=NEW; there are {', '.join(tensors)}")
        tensors[new] = tensors.pop(old)
    safetensors.torch.save_file(tensors, arguments.output)
    for name, tensor in tensors.items():
        print(name, list(tensor.shape))


if __name__ == "__main__":
    main()
