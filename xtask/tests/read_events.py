"""Prints what TensorBoard reads of the run in a folder."""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], purge_orphaned_data=False, size_guidance={"scalars": 0, "images": 0})
events.Reload()
tags = events.Tags()
scalars = {tag: [(one.step, one.value) for one in events.Scalars(tag)] for tag in tags["scalars"]}
images = {tag: [(one.step, one.width, one.height) for one in events.Images(tag)] for tag in tags["images"]}
print(json.dumps({"scalars": scalars, "images": images}))
