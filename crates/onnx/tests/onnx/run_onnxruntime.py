"""Runs the files of a folder with onnxruntime, as they are and for one size alone, and prints how far each is off."""

import json
import pathlib
import sys

import numpy
import onnxruntime

folder = pathlib.Path(sys.argv[1])
differences = []
for trial in json.loads((folder / "trials.json").read_text()):
    read = lambda name, shape: numpy.fromfile(folder / name, numpy.float32).reshape(shape)
    picture, expected = read(trial["input"], trial["from"]), read(trial["output"], trial["to"])
    for is_static in (False, True):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 2
        if is_static:
            for name, side in zip(("batch", "height", "width"), (1, *picture.shape[2:])):
                options.add_free_dimension_override_by_name(name, side)
        session = onnxruntime.InferenceSession(
            str(folder / trial["model"]), options, providers=["CPUExecutionProvider"]
        )
        (sr,) = session.run(["sr"], {"picture": picture})
        assert sr.shape == expected.shape, (trial, sr.shape)
        differences.append(float(numpy.abs(sr - expected).max()))
print(json.dumps(differences))
