"""Medians of ONNX Runtime: inference of the single-kana network, exported from PyTorch; fifteen seconds."""
import contextlib
import io
import os
import sys
import warnings

import numpy as np
import onnxruntime
import torch

from engine_common import Report
from engine_torch import SingleKana, batch


def main():
    model, file = SingleKana().eval(), io.BytesIO()
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(model, (torch.zeros(1, 1, 64, 64),), file, input_names=["x"], output_names=["y"],
                          dynamo=False, dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = os.cpu_count()
    session = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
    images = batch(1)[0].contiguous().numpy()
    report = Report()
    for count in (1, 64):
        some = {"x": np.concatenate([images, images])[:count]}
        report.add("single_kana_infer_b%d" % count, lambda: session.run(None, some),
                   np.abs(session.run(None, some)[0][0]).sum())
    report.show()


if __name__ == "__main__":
    main()
