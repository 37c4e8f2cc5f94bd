"""Medians of TensorFlow: the single-kana network as one tf.function, and beam search; three minutes."""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np
import tensorflow as tf

from engine_common import Report, normal
import reference
import single_kana_reference as single


def logits(v, images):
    x = images
    for index in range(len(reference.FILTERS)):
        x = tf.nn.conv2d(x, v["conv%d/kernel" % index], 1, "SAME")
        x = tf.nn.relu(tf.nn.bias_add(x, v["conv%d/bias" % index]))
        x = tf.nn.max_pool2d(x, 2, 2, "VALID")
    x = tf.reshape(x, (-1, 2560))
    for name in ("dense1", "dense2"):
        x = tf.nn.relu(tf.matmul(x, v[name + "/kernel"]) + v[name + "/bias"])
    return tf.matmul(x, v["logits/kernel"]) + v["logits/bias"]


def variables():
    return {name: tf.Variable(value) for name, value in reference.weights(single.VARIABLES).items()}


def add_single_kana(report):
    v = variables()
    slots = {name: tf.Variable(tf.zeros_like(value)) for name, value in v.items()}
    images, labels = next(reference.batches(1, 32, 1))
    images, labels = tf.constant(images), tf.constant(labels[:, 0])

    @tf.function
    def data_loss():
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits(v, images)))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = data_loss()
        for (name, variable), gradient in zip(v.items(), tape.gradient(loss, list(v.values()))):
            tf.raw_ops.ResourceApplyMomentum(
                var=variable.handle, accum=slots[name].handle, lr=single.RATE, momentum=single.MOMENTUM,
                grad=gradient + single.DECAY * variable)
        return loss

    check = data_loss().numpy()
    report.add("single_kana_train_b32", lambda: step().numpy(), check)
    report.add_memory("single_kana_train_b32_memory")
    fresh = variables()
    infer = tf.function(lambda some: logits(fresh, some))
    for count in (1, 64):
        some = tf.concat([images, images], 0)[:count]
        report.add("single_kana_infer_b%d" % count, lambda: infer(some).numpy(), np.abs(infer(some)[0]).sum())


def add_beam_search(report):
    for times, lines, classes in ((12, 1, 71), (24, 32, 72), (100, 1, 5000)):
        name = "beam100_t%d_c%d_b%d" % (times, classes, lines)
        if not report.wants(name):
            continue
        peaky = tf.constant(normal(6, times, lines, classes))
        decode = lambda: tf.nn.ctc_beam_search_decoder(peaky, [times] * lines, beam_width=100)
        found = []
        report.add(name, lambda: found.append(decode()[0][0]))
        report.rows[-1]["check"] = int(tf.size(found[0].values))


if __name__ == "__main__":
    report = Report()
    add_single_kana(report)
    add_beam_search(report)
    report.show()
