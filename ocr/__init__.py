"""A picture and a form in, readings with evidence out. Knows no records and no Qt."""

import os

# ONNX Runtime's telemetry would look up hosts and write a device id into the user's cache folder (its Linux builds
# from 1.29 on, which the lock file excludes; see docs/decisions/0013). Said again here, before anything imports it,
# for environments that were not made from the lock file: this program never reaches for a network.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
