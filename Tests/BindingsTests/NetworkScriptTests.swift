import Testing

/// Layers, losses and decoders in scripts, against the same reckoning written out with tensors, and against enumeration.
@Suite struct NetworkScriptTests {
    @Test func layersDoWhatTheirFormulasSay() throws {
        let run = try ScriptRun(
            Self.start + """
                x = T.random.normal(1, (4, 5))
                y = nn.dense(x, 3, activation="tanh", name="d")
                p = nn.named_variables()
                print(sorted(p), p["d/kernel"].shape, p["d/bias"].shape)
                check("dense", y, T.tanh(x @ p["d/kernel"] + p["d/bias"]))
                check("dense by function", nn.dense(x, 3, activation=T.tanh, name="d"), y)
                check("dense by lambda", nn.dense(x, 3, activation=lambda v: v * 2, name="d"), 2 * (x @ p["d/kernel"] + p["d/bias"]))
                check("layer_norm", nn.layer_norm(x, name="ln"), (x - x.mean(axis=1, keepdims=True)) / T.sqrt(x.var(axis=1, keepdims=True) + 1e-5))
                check("embedding", nn.embedding(T.tensor([[2, 0]]), 3, 4, name="e"), nn.named_variables()["e/table"][[[2, 0]]])
                b = nn.batch_norm(x, is_training=True, name="bn")
                check("batch_norm", b, (x - x.mean(axis=0)) / T.sqrt(x.var(axis=0) + 1e-3))
                check("batch_norm outside of training", nn.batch_norm(x, name="bn"), x / T.sqrt(T.tensor(1.001)))
                check("dropout outside of training", nn.dropout(x, 0.5), x)
                kept = nn.dropout(T.ones((1000,)), 0.25, is_training=True)
                print(sorted({round(v, 4) for v in kept.tolist()}), 650 < (kept > 0).sum() < 850)
                i = T.random.normal(2, (2, 6, 5, 3))
                c = nn.conv2d(i, 4, kernel=(3, 2), padding="valid", name="c")
                k = nn.named_variables()["c/kernel"]
                patches = T.stack([T.stack([i[:, a:a + 3, b:b + 2, :] for b in range(4)], axis=1) for a in range(4)], axis=1)
                check("conv2d", c, T.einsum("nabhwc,hwcf->nabf", patches, k))
                s = nn.conv2d(i, 4, kernel=3, stride=2, activation=T.relu, name="s")
                print(s.shape, bool((s >= 0).all()))
                check("max_pool", nn.max_pool(i, 2), T.stack([i[:, a:5 + a:2, b:3 + b:2] for a in (0, 1) for b in (0, 1)]).max(axis=0))
                check("avg_pool", nn.avg_pool(i, 2), T.stack([i[:, a:5 + a:2, b:3 + b:2] for a in (0, 1) for b in (0, 1)]).mean(axis=0))
                check("conv2d with pool", nn.conv2d(i, 4, activation="relu", pool=2, name="q"), nn.max_pool(nn.conv2d(i, 4, activation="relu", name="q")))
                check("conv2d with lambda and pool", nn.conv2d(i, 4, activation=lambda v: T.relu(v), pool=2, name="q"), nn.conv2d(i, 4, activation="relu", pool=2, name="q"))
                print(nn.flatten(i).shape)
                """)
        #expect(run.error == "")
        #expect(
            run.output == """
                ['d/bias', 'd/kernel'] (5, 3) (3,)
                [0.0, 1.3333] True
                (2, 3, 3, 4) True
                (2, 90)

                """)
    }

    @Test func recurrentLayersDoWhatTheirFormulasSay() throws {
        let run = try ScriptRun(
            Self.start + """
                x = T.random.normal(3, (2, 4, 3))
                y = nn.lstm(x, 5, name="l")
                p = nn.named_variables()
                k, b = p["l/basic_lstm_cell/kernel"], p["l/basic_lstm_cell/bias"]
                h = c = T.zeros((2, 5))
                steps = []
                for t in range(4):
                    i, j, f, o = T.split(T.concat([x[:, t], h], axis=1) @ k + b, 4, axis=1)
                    c = c * T.sigmoid(f + 1.0) + T.sigmoid(i) * T.tanh(j)
                    h = T.tanh(c) * T.sigmoid(o)
                    steps.append(h)
                check("lstm", y, T.stack(steps, axis=1), 1e-5)
                both = nn.bi_lstm(x, 5, lengths=[4, 2], name="m")
                print(both.shape, both[1, 2:].tolist() == T.zeros((2, 10)).tolist())
                short = nn.bi_lstm(x[1:, :2], 5, name="m")
                check("lengths", both[1, :2], short[0], 1e-6)
                print(nn.gru(x, 4).shape, nn.bi_gru(x, 4, layers=2, name="g").shape, nn.rnn.bi_lstm(x, 2, 3).shape)
                print([n for n in nn.named_variables() if n.startswith(("g_", "BLSTM"))][:3])
                """)
        #expect(run.error == "")
        #expect(
            run.output == """
                (2, 4, 10) True
                (2, 4, 4) (2, 4, 8) (2, 4, 6)
                ['g_0/fw/kernel', 'g_0/fw/recurrent_kernel', 'g_0/fw/bias']

                """)
    }

    /// Every path over the steps, and what it reads, added up.
    @Test func connectionistLossAndDecodersEqualEnumeration() throws {
        let run = try ScriptRun(
            Self.start + """
                import itertools, math
                logits = T.random.normal(7, (1, 4, 3), scale=2.0)
                logs = T.log_softmax(logits)[0].tolist()
                def read(path):
                    merged = [a for a, b in zip(path, (None,) + path) if a != b]
                    return tuple(a for a in merged if a != 2)
                sums = {}
                for path in itertools.product(range(3), repeat=4):
                    p = math.exp(sum(logs[t][a] for t, a in enumerate(path)))
                    sums[read(path)] = sums.get(read(path), 0.0) + p
                for labels in ([0, 1], [1, 1], []):
                    check("ctc_loss", nn.ctc_loss(logits, [labels]), T.tensor([-math.log(sums[tuple(labels)])]), 1e-5)
                best = max(sums, key=lambda k: sums[k])
                print(tuple(nn.ctc_beam_search(logits)[0]) == best)
                paths = nn.ctc_beam_search(logits, top_paths=3)[0]
                print([tuple(k) for k, _ in paths] == sorted(sums, key=lambda k: -sums[k])[:3], paths[0][1] == approx(math.log(sums[best]), abs=1e-5))
                greedy = tuple(max(range(3), key=lambda a: row[a]) for row in logs)
                print(tuple(nn.ctc_greedy(logits)[0]) == read(greedy))
                m = nn.NGram(2, 2, [[0, 1, 0, 1]])
                print(m.log_probability(1, [0]) > m.log_probability(0, [0]), len(nn.ctc_beam_search(logits, model=m, weight=0.5)))
                def loss(x):
                    return nn.ctc_loss(x, [[0, 1]]).sum()
                g = dm.grad(loss)(logits)
                e = 1e-2
                check("slope", g[0, 1, 0], (loss(logits.at[0, 1, 0].add(e)) - loss(logits.at[0, 1, 0].add(-e))) / (2 * e), 1e-2)
                """)
        #expect(run.error == "")
        #expect(run.output == "True\nTrue True\nTrue\nTrue 1\n")
    }

    @Test func lossesTakeClassNumbersAndDistributions() throws {
        let run = try ScriptRun(
            Self.start + """
                x = T.random.normal(1, (3, 4))
                y = T.tensor([2, 0, 3])
                expected = -T.take_along_axis(T.log_softmax(x), y[:, None], axis=1)[:, 0]
                check("numbers", nn.softmax_cross_entropy(x, y), expected)
                check("a column", nn.softmax_cross_entropy(x, y[:, None]), expected)
                check("distributions", nn.softmax_cross_entropy(x, T.one_hot(y, 4)), expected)
                check("mse", nn.mse(x, T.zeros((3, 4))), (x * x).mean())
                check("slope", dm.grad(lambda v: nn.softmax_cross_entropy(v, y).sum())(x), T.softmax(x) - T.one_hot(y, 4))
                """)
        #expect(run.error == "")
    }

    @Test func namesAreScopedAndStable() throws {
        let run = try ScriptRun(
            Self.start + """
                class Net(dm.models.Model):
                    def forward_pass(self, features, data_format, axes_order, is_training):
                        x = features["image/data"]
                        with nn.scope("head"):
                            x = nn.dense(x, 2)
                            x = nn.dense(x, 2)
                        return x + nn.variable("shift", (2,), initializer=T.tensor([1.0, 2.0])) + nn.variable("fixed", (2,), "zeros", trainable=False)

                net = Net()
                x = T.ones((1, 3))
                print(net.name, T.array_equal(net(x), net(x)), list(nn.named_variables()))
                print(nn.variable("Net/shift", (2,)).tolist(), len(nn.variables()))
                print(nn.variable("w", (2, 2)).shape, nn.variable("w", (3, 3)).shape)
                print(nn.variable("c", (2,), nn.initializers.constant(3)).tolist())
                """)
        #expect(run.error == "")
        #expect(
            run.output == """
                Net True ['Net/head/dense/kernel', 'Net/head/dense/bias', 'Net/head/dense_1/kernel', 'Net/head/dense_1/bias', 'Net/shift']
                [1.0, 2.0] 5
                (2, 2) (3, 3)
                [3.0, 3.0]

                """)
    }

    @Test(arguments: [
        ("nn.dense(T.ones((2, 3)), 0)", "ValueError", "units is 0"),
        ("nn.conv2d(T.ones((2, 3)), 4)", "ValueError", "[n, h, w, c]"),
        ("nn.conv2d(T.ones((1, 4, 4, 1)), 4, padding='full')", "LookupError", "there is no padding 'full'"),
        ("nn.dense(T.ones((2, 3)), 2, activation='rleu')", "LookupError", "there is no activation 'rleu'"),
        ("nn.dense(T.ones((2, 3)), 2, activation=3)", "TypeError", "activation must be a name or a function, not int"),
        ("nn.dense(T.ones((2, 3)), 2, kernel_initializer='xavier')", "LookupError", "glorot_uniform"),
        ("nn.dropout(T.ones((2,)), 1.5)", "ValueError", "rate is 1.5"), ("nn.lstm(T.ones((2, 3)), 4)", "ValueError", "[n, t, c]"),
        ("nn.lstm(T.ones((2, 3, 1)), 4, lengths=[9, 1])", "ValueError", "lstm"),
        ("nn.lstm(T.ones((2, 3, 1)), 4, layers=0)", "ValueError", "layers is 0"),
        ("nn.ctc_loss(T.ones((1, 2, 3)), [[0, 0]])", "ValueError", "2 labels with 1 repeats need 3 time steps, but there are 2"),
        ("nn.ctc_loss(T.ones((1, 2, 3)), [[2]])", "ValueError", "label 2"),
        ("nn.ctc_beam_search(T.ones((1, 2, 3)), beam_width=0)", "ValueError", "width 0"),
        ("nn.softmax_cross_entropy(T.ones((2, 3)), [0, 3])", "ValueError", "label 3 at position 1 is not one of 3 classes"),
        ("nn.softmax_cross_entropy(T.ones((2, 3)), [0])", "ValueError", "softmax_cross_entropy"),
        ("nn.variable('w', (2,), initializer=T.ones((3,)))", "ValueError", "variable: shapes (2,) and (3,)"),
    ])
    func mistakesAreExplained(code: String, kind: String, part: String) throws {
        let run = try ScriptRun(Self.start + code)
        #expect(run.error.contains("error[\(kind)]"), "\(run.error)")
        #expect(run.error.contains(part), "\(run.error)")
    }

    private static let start = """
        import carpedm as dm
        from carpedm import nn, tensor as T
        from carpedm.testing import approx

        def check(name, found, wanted, near=1e-6):
            if found.shape != wanted.shape or found != approx(wanted, abs=near, rel=near):
                print(name, found, "is not", wanted)


        """
}
